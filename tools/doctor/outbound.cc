#include "tools/doctor/outbound.h"

#include <array>

namespace waybill::tools::doctor {

using relay::dns::Candidate;
using runtime::Instant;
using runtime::Result;
using runtime::Task;

namespace {

// Of a reply line (RFC 5321 4.5.3.1.5).
constexpr std::size_t kGreetingOctets = 512;

// A server that begins with TLS has none that could be read: that it takes connections is enough.
constexpr const char* kBehindTls = "220 TLS";

Task<Result<std::string>> greeting_at(runtime::Dialer& dialer, Candidate hop,
                                      std::optional<runtime::IpAddress> source, bool by_tls,
                                      Instant deadline) {
  auto connection = co_await dialer.dial(hop.endpoint, deadline, source);
  if (!connection) co_return connection.error();
  if (by_tls) co_return std::string(kBehindTls);
  std::string line;
  std::array<char, kGreetingOctets> room;
  const std::span<char> into(room);
  while (line.find('\n') == line.npos && line.size() < kGreetingOctets) {
    const auto count = co_await (*connection)->read_some(into, deadline);
    if (!count) co_return count.error();
    line.append(room.data(), *count);
  }
  // It may go before it has read that: it is only polite.
  const auto said = co_await (*connection)->write("QUIT\r\n", deadline);
  (void)said;
  co_return line.substr(0, std::min(line.find_first_of("\r\n"), kGreetingOctets));
}

Finding judge_try(const OutboundFacts::Try& one, bool other_works) {
  const std::string subject = one.hop.mx_host + " at " + to_string(one.hop.endpoint);
  const std::string from = one.source ? ", from " + one.source->to_string() : "";
  if (!one.greeting) {
    const std::string why = "cannot be reached" + from + ": " + one.greeting.error().message();
    if (other_works) {
      return {Severity::warning, subject, why,
              "Mail goes by the other family; see whether this one has a route to the outside."};
    }
    return {Severity::wrong, subject, why + "; mail to next hops gets 451",
            "Ask who gives you the network to open port " + std::to_string(one.hop.endpoint.port) +
                " towards the outside."};
  }
  if (!one.greeting->starts_with('2')) {
    return {Severity::warning, subject, "turns this host away" + from + ": " + *one.greeting,
            "It may know the address by a list: see what it says, and the reverse DNS above."};
  }
  return {Severity::fine, subject, "greets this host" + from, ""};
}

Task<relay::dns::NextHops> find_way(OutboundWorld world, std::string to, bool by_smarthost,
                                    Instant deadline) {
  const relay::dns::Ourselves nobody;
  if (!by_smarthost) {
    co_return co_await relay::dns::find_next_hops(world.resolver, world.chance, nobody, to,
                                                  world.port, deadline);
  }
  const std::uint16_t port = world.smarthost.port;
  if (const auto address = world.smarthost.address()) {
    co_return std::vector<Candidate>{{to, {*address, port}}};
  }
  co_return co_await relay::dns::find_one_host(world.resolver, nobody, to, port, deadline);
}

}  // namespace

Task<void> look_outbound(OutboundWorld world, OutboundFacts& facts, Instant deadline) {
  const bool by_smarthost = world.smarthost.takes(facts.domain);
  const bool by_tls =
      (by_smarthost ? world.smarthost.port : world.port) == relay::forward::kSubmissionsPort;
  if (by_smarthost) facts.domain = world.smarthost.host;
  const auto found = co_await find_way(world, facts.domain, by_smarthost, deadline);
  if (const auto* reply = std::get_if<schemas::Reply>(&found)) {
    facts.no_way = reply->text;
    co_return;
  }
  std::array<bool, 2> tried{};  // IPv4, IPv6
  for (const Candidate& hop : std::get<std::vector<Candidate>>(found)) {
    if (std::exchange(tried[hop.endpoint.address.is_v6()], true)) continue;
    const auto source = world.sources.source_for(facts.domain, hop.endpoint.address);
    auto greeting = co_await greeting_at(world.dialer, hop, source, by_tls, deadline);
    facts.tries.push_back({hop, source, std::move(greeting)});
  }
}

Findings judge_outbound(const OutboundFacts& facts) {
  if (!facts.no_way.empty()) {
    return {{Severity::unseen, facts.domain, "DNS leads nowhere: " + facts.no_way,
             "Name another domain that takes mail, or correct smarthost.host."}};
  }
  bool works = false;
  for (const auto& one : facts.tries) works = works || one.greeting;
  Findings out;
  for (const auto& one : facts.tries) out.push_back(judge_try(one, works));
  return out;
}

}  // namespace waybill::tools::doctor
