#include "relay/door/helo_claim.h"

#include "runtime/ascii.h"
#include "runtime/network.h"
#include "schemas/address.h"

namespace waybill::relay::door {

namespace {

using runtime::IpAddress;

constexpr std::string_view kIpv6Tag = "IPv6:";

// "[192.0.2.1]", "[IPv6:2001:db8::1]".
std::optional<IpAddress> literal(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  if (runtime::ascii::lower(text.substr(0, kIpv6Tag.size())) == runtime::ascii::lower(kIpv6Tag)) {
    text.remove_prefix(kIpv6Tag.size());
  }
  const auto address = runtime::ip_of(std::string(text));
  if (!address) return std::nullopt;
  return runtime::unmapped(*address);
}

// RFC 1123 2.1: the last label of a name is never a number, so that no address looks like one.
bool ends_in_number(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('.') + 1);
  return last.find_first_not_of("0123456789") == last.npos;
}

}  // namespace

HeloClaim look_at_helo(const HeloFacts& facts) {
  if (const auto address = literal(facts.helo)) {
    const IpAddress client = runtime::unmapped(facts.client);
    if (*address == client) return HeloClaim::fine;
    return *address == runtime::unmapped(facts.here) ? HeloClaim::ours : HeloClaim::another;
  }
  std::string_view helo = facts.helo;
  // An address without brackets is no name, and may be ours all the same.
  if (const auto bare = runtime::ip_of(std::string(helo))) {
    const bool ours = runtime::unmapped(*bare) == runtime::unmapped(facts.here);
    return ours ? HeloClaim::ours : HeloClaim::no_name;
  }
  if (helo.ends_with('.')) helo.remove_suffix(1);
  const auto name = schemas::normalise_domain(helo);
  if (!name) return HeloClaim::no_name;
  if (*name == facts.host_name) return HeloClaim::ours;
  if (name->find('.') == name->npos || ends_in_number(*name)) return HeloClaim::no_name;
  return HeloClaim::fine;
}

}  // namespace waybill::relay::door
