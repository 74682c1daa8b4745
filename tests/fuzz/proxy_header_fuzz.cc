// PROXY headers: read whole and read as a connection gives them, an octet at a time, the same comes
// out, and no octet behind the header is asked for.

#include <cstdint>
#include <string_view>

#include "runtime/check.h"
#include "runtime/network.h"
#include "runtime/proxy_header.h"

using namespace waybill;  // NOLINT: a program of one function
using runtime::ProxyFault;
using runtime::ProxyHeader;
using runtime::ProxyHeaderLacks;

namespace {

// As much as its reader would have taken, and what it made of that.
struct Read {
  std::size_t taken = 0;
  std::variant<ProxyHeader, ProxyHeaderLacks, ProxyFault> made = ProxyHeaderLacks{};
};

Read read(std::string_view octets, bool drip) {
  Read out;
  for (;;) {
    out.made = runtime::read_proxy_header(octets.substr(0, out.taken));
    const auto* const lacks = std::get_if<ProxyHeaderLacks>(&out.made);
    if (lacks == nullptr) return out;
    runtime::check(lacks->octets > 0, "a header that lacks nothing is whole");
    const std::size_t wanted = drip ? 1 : lacks->octets;
    if (octets.size() - out.taken < wanted) return out;
    out.taken += wanted;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  if (const auto network = runtime::network_of(octets)) {
    runtime::check(runtime::network_of(to_string(*network)) == network,
                   "a network reads as written");
    runtime::check(network->holds(network->address), "a network holds its first address");
  }
  const Read whole = read(octets, false);
  const Read drip = read(octets, true);
  const auto* const header = std::get_if<ProxyHeader>(&whole.made);
  runtime::check(whole.taken <= runtime::kMaxProxyHeader,
                 "no more is taken than a header may have");
  if (header == nullptr) {
    runtime::check(!std::holds_alternative<ProxyHeader>(drip.made),
                   "an octet at a time is no way in");
    return 0;
  }
  const auto* const dripped = std::get_if<ProxyHeader>(&drip.made);
  runtime::check(dripped != nullptr && dripped->client == header->client,
                 "how octets are cut changes no client");
  runtime::check(whole.taken == drip.taken, "how octets are cut changes no length");
  if (header->client) {
    runtime::check(runtime::unmapped(header->client->address) == header->client->address,
                   "an IPv4 client is shown as one");
  }
  return 0;
}
