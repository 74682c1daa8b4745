// TlsFacts: how a connection is protected, as it is written down of it.
#pragma once

#include <string>

namespace waybill::runtime {

// What is wrong with a peer's certificate.
enum class TlsFault {
  none,
  wrong_host,  // it is not of the host that was asked for
  expired,
  not_trusted,  // nobody whom we trust has issued it, or no TLSA record is of it
  other,
};

struct TlsFacts {
  std::string version;  // "TLSv1.3"
  std::string cipher;   // the cipher suite's name at IANA: "TLS_AES_256_GCM_SHA384"
  // The name in the peer's certificate by which it is the host that was asked for, where the
  // certificate is trusted; by "dane-ee" the name that DNS has the certificate's digest at. Empty
  // on a server.
  std::string verified_name;
  // Whose word that is: "pkix", an authority that we trust (RFC 5280); "dane-ta", an authority that
  // DNS names; "dane-ee", DNS (RFC 7671 5.1, 5.2). Empty without a name.
  std::string verified_by;
  // On a client that goes on with whomever it finds: why there is no verified name, and in words.
  TlsFault fault = TlsFault::none;
  std::string fault_words{};
};

}  // namespace waybill::runtime
