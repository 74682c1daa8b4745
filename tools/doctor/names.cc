#include "tools/doctor/names.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "runtime/clock.h"
#include "runtime/scope.h"

namespace waybill::tools::doctor {

using runtime::Clock;
using runtime::Instant;
using runtime::IpAddress;
using runtime::Task;
using runtime::dns::Answer;
using runtime::dns::Mx;
using runtime::dns::Resolver;

namespace {

// Domains asked of at one time.
constexpr std::size_t kLanes = 8;
// Of one domain, and of our own host: more would be a network's list and not a server's.
constexpr std::size_t kMostExchanges = 5;
constexpr std::size_t kMostAddresses = 4;

struct Asking {
  Resolver& resolver;
  const Clock& clock;
  NameFacts& facts;
  const Instant deadline;
  std::size_t next = 0;  // domain
};

std::vector<IpAddress> addresses_of(const NameFacts& facts) {
  std::vector<IpAddress> out;
  for (const auto* answer : {&facts.a, &facts.aaaa}) {
    if (!*answer) continue;
    out.insert(out.end(), (*answer)->records.begin(), (*answer)->records.end());
  }
  if (out.size() > kMostAddresses) out.resize(kMostAddresses);
  return out;
}

// Of each family the source, where one is set; else where the host is, for the system takes one of
// these, as far as can be known here.
std::vector<IpAddress> leaving_from(const NameFacts& facts) {
  std::vector<IpAddress> out;
  for (const auto* one : {&facts.source.v4, &facts.source.v6}) {
    if (*one) out.push_back(**one);
  }
  for (const IpAddress& address : addresses_of(facts)) {
    if (!facts.source.of_family(address)) out.push_back(address);
  }
  return out;
}

Task<bool> leads_to(Resolver& resolver, std::string name, IpAddress address, Instant deadline) {
  Answered<IpAddress> found = make_error_code(runtime::Errc::not_found);
  if (address.is_v4()) found = co_await resolver.a(name, deadline);
  if (address.is_v6()) found = co_await resolver.aaaa(name, deadline);
  if (!found) co_return false;
  const auto& records = found->records;
  co_return std::find(records.begin(), records.end(), address) != records.end();
}

// RFC 8601 2.7.3: anybody may give an address any name; that it leads back is what others check.
Task<void> ask_of_reverse(Resolver& resolver, NameFacts& facts, Instant deadline) {
  for (const IpAddress& address : leaving_from(facts)) {
    auto names = co_await resolver.ptr(address, deadline);
    NameFacts::Reverse one{address, std::move(names)};
    for (std::size_t i = 0; one.names && i < one.names->records.size(); ++i) {
      if (i >= kMostAddresses || one.confirmed) break;
      one.confirmed = co_await leads_to(resolver, one.names->records[i], address, deadline);
    }
    facts.reverse.push_back(std::move(one));
  }
}

Task<bool> is_our_address(Asking& asking, std::string host) {
  const auto ours = addresses_of(asking.facts);
  const auto a = co_await asking.resolver.a(host, asking.deadline);
  const auto aaaa = co_await asking.resolver.aaaa(host, asking.deadline);
  for (const auto* answer : {&a, &aaaa}) {
    if (!*answer) continue;
    for (const IpAddress& one : (*answer)->records) {
      if (std::find(ours.begin(), ours.end(), one) != ours.end()) co_return true;
    }
  }
  co_return false;
}

// RFC 5321 5.1: without MX the domain is its own exchange.
std::vector<std::string> exchanges_of(const DomainFacts& domain) {
  std::vector<std::string> out;
  if (!domain.mx) return out;
  for (const Mx& one : domain.mx->records) out.push_back(one.exchange);
  if (out.empty() && domain.mx->name == runtime::dns::Existence::exists) out.push_back(domain.name);
  if (out.size() > kMostExchanges) out.resize(kMostExchanges);
  return out;
}

Task<void> ask_of_domain(Asking& asking, DomainFacts& domain) {
  domain.mx = co_await asking.resolver.mx(domain.name, asking.deadline);
  const auto exchanges = exchanges_of(domain);
  domain.leads_here =
      std::find(exchanges.begin(), exchanges.end(), asking.facts.host) != exchanges.end();
  for (const std::string& exchange : exchanges) {
    if (domain.leads_here) break;
    if (!exchange.empty()) domain.leads_here = co_await is_our_address(asking, exchange);
  }
  for (const IpAddress& address : leaving_from(asking.facts)) {
    relay::trust::spf::SpfRequest request;
    request.client = address;
    request.helo = asking.facts.host;
    request.sender = "postmaster@" + domain.name;
    request.receiver = asking.facts.host;
    request.now = asking.clock.wall();
    const auto judged = co_await relay::trust::spf::check_host(asking.resolver, std::move(request),
                                                               asking.deadline);
    domain.spf.push_back({address, judged.code});
  }
  relay::trust::dmarc::DmarcRequest request;
  request.authors.push_back(domain.name);
  const auto judged =
      co_await relay::trust::dmarc::evaluate(asking.resolver, std::move(request), asking.deadline);
  domain.dmarc = judged.code;
}

Task<void> ask_in_lane(Asking& asking) {
  while (asking.next < asking.facts.domains.size()) {
    DomainFacts& domain = asking.facts.domains[asking.next++];
    co_await ask_of_domain(asking, domain);
  }
}

}  // namespace

std::string signed_name(const std::string& trust_anchor_file) {
  std::ifstream file(trust_anchor_file);
  for (std::string line; std::getline(file, line);) {
    std::string owner;
    std::istringstream(line) >> owner;
    if (owner.empty() || owner.front() == ';' || owner.back() != '.') continue;
    owner.pop_back();
    return owner.empty() ? "arpa" : owner;
  }
  return "";
}

Task<void> look_at_names(Resolver& resolver, const Clock& clock, NameFacts& facts,
                         Instant deadline) {
  if (facts.domains.size() > kMostDomains) {
    facts.not_asked = facts.domains.size() - kMostDomains;
    facts.domains.resize(kMostDomains);
  }
  if (!facts.signed_name.empty()) {
    facts.signed_answer = co_await resolver.mx(facts.signed_name, deadline);
  }
  facts.a = co_await resolver.a(facts.host, deadline);
  facts.aaaa = co_await resolver.aaaa(facts.host, deadline);
  co_await ask_of_reverse(resolver, facts, deadline);
  Asking asking{resolver, clock, facts, deadline};
  runtime::Scope scope(co_await boost::asio::this_coro::executor);
  for (std::size_t i = 0; i < kLanes; ++i) scope.spawn("ask of domains", ask_in_lane(asking));
  co_await scope.join();
}

}  // namespace waybill::tools::doctor
