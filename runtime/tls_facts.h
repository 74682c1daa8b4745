// TlsFacts: how a connection is protected, as it is written down of it.
#pragma once

#include <string>

namespace waybill::runtime {

struct TlsFacts {
  std::string version;  // "TLSv1.3"
  std::string cipher;   // the cipher suite's name at IANA: "TLS_AES_256_GCM_SHA384"
  // The name in the peer's certificate by which it is the host that was asked for, where the
  // certificate is trusted; empty on a server.
  std::string verified_name;
};

}  // namespace waybill::runtime
