// HeloClaim: what a client's HELO or EHLO claims, beside what is known (RFC 5321 4.1.1.1, 4.1.3). A
// pure function.
#pragma once

#include <string>
#include <string_view>

#include "runtime/endpoint.h"

namespace waybill::relay::door {

enum class HeloClaim {
  fine,     // a domain of two labels or more, or the client's own address
  no_name,  // neither a domain of two labels nor an address literal
  another,  // an address that is not the client's
  ours,     // our own name or address
};

struct HeloFacts {
  std::string_view helo;
  runtime::IpAddress client;
  runtime::IpAddress here;     // where the client has connected to
  std::string_view host_name;  // ours
};

HeloClaim look_at_helo(const HeloFacts& facts);

}  // namespace waybill::relay::door
