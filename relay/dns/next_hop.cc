#include "relay/dns/next_hop.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "runtime/network.h"
#include "runtime/scope.h"

namespace waybill::relay::dns {

using runtime::Endpoint;
using runtime::Errc;
using runtime::Instant;
using runtime::IpAddress;
using runtime::Result;
using runtime::Task;
using runtime::dns::Answer;
using runtime::dns::Existence;
using runtime::dns::Mx;
using runtime::dns::Resolver;
using schemas::Reply;

namespace {

Reply no_answer(const std::string& domain) {
  return {451, "4.4.3", "DNS gave no answer for " + domain + "; try again later"};
}

Reply no_server(const std::string& domain) {
  return {550, "5.1.2", "No mail server was found for " + domain};
}

// An exchange and what was found of it.
struct Host {
  std::string name;
  std::uint16_t preference = 0;
  std::vector<IpAddress> sixes;
  std::vector<IpAddress> fours;
  bool dns_failed = false;
  bool secure = true;     // what was found
  std::string canonical;  // the end of its aliases
  std::optional<runtime::Dane> dane;
  std::string tlsa_failure;

  bool surely_named = false;

  bool nothing_known() const { return dns_failed && sixes.empty() && fours.empty(); }
};

// Orders by preference; equals by chance, so that they share the load (RFC 5321 5.1).
void order(std::vector<Mx>& exchanges, runtime::Chance& chance) {
  for (std::size_t i = exchanges.size(); i > 1; --i) {
    std::swap(exchanges[i - 1], exchanges[chance.below(i)]);
  }
  std::stable_sort(exchanges.begin(), exchanges.end(),
                   [](const Mx& a, const Mx& b) { return a.preference < b.preference; });
}

// An exchange must be a name (RFC 5321 5.1); an address written there resolves to nothing.
bool is_address(const std::string& text) {
  boost::system::error_code error;
  boost::asio::ip::make_address(text, error);
  return !error;
}

bool is_our_name(const Ourselves& ourselves, const std::string& host, std::uint16_t port) {
  const auto& names = ourselves.names;
  return port == kSmtpPort && std::find(names.begin(), names.end(), host) != names.end();
}

bool is_ourselves(const Ourselves& ourselves, const Host& host, std::uint16_t port) {
  const auto ours = [&](const IpAddress& ip) { return is_our_endpoint(ourselves, {ip, port}); };
  return is_our_name(ourselves, host.name, port) ||
         std::any_of(host.sixes.begin(), host.sixes.end(), ours) ||
         std::any_of(host.fours.begin(), host.fours.end(), ours);
}

void note(const Result<Answer<IpAddress>>& answer, std::vector<IpAddress>& found, Host& host) {
  if (answer) {
    found = answer->records;
    if (found.empty()) return;
    host.secure = host.secure && answer->secure;
    host.canonical = answer->canonical;
  } else if (runtime::dns::may_pass(answer.error())) {
    host.dns_failed = true;
  }
}

Task<void> find_sixes(Resolver& resolver, Host& host, Instant deadline) {
  const auto answer = co_await resolver.aaaa(host.name, deadline);
  note(answer, host.sixes, host);
}

Task<void> find_fours(Resolver& resolver, Host& host, Instant deadline) {
  const auto answer = co_await resolver.a(host.name, deadline);
  note(answer, host.fours, host);
}

// What TLSA records are asked for with: nullopt, none are.
struct TlsaQuestion {
  Instant from;
  std::uint16_t port = kSmtpPort;
  std::vector<std::string> domain;  // the target's, and the end of its aliases
};

void add_name(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// RFC 7672 3.2.2: a certificate may bear the base domain, the exchange's name, or the domain's.
runtime::Dane dane_of(const std::string& base, const Host& host, const TlsaQuestion& question,
                      std::vector<runtime::Tlsa> records) {
  runtime::Dane out;
  out.records = std::move(records);
  // In one order, whatever order they came in.
  std::sort(out.records.begin(), out.records.end());
  add_name(out.names, base);
  add_name(out.names, host.name);
  for (const std::string& name : question.domain) add_name(out.names, name);
  return out;
}

// RFC 7672 2.2.3. A zone below that is not signed can promise nothing: it counts as none.
Task<void> find_tlsa(Resolver& resolver, Host& host, TlsaQuestion question, Instant deadline) {
  std::vector<std::string> bases{host.canonical};
  add_name(bases, host.name);
  for (const std::string& base : bases) {
    const auto answer =
        co_await resolver.tlsa("_" + std::to_string(question.port) + "._tcp." + base, deadline);
    // No zone can have a name that is too long.
    if (!answer && answer.error() == make_error_code(Errc::invalid)) continue;
    if (!answer) {
      host.tlsa_failure = "its TLSA records could not be looked up: " + answer.error().message();
      co_return;
    }
    if (!answer->secure || answer->records.empty()) continue;
    host.dane = dane_of(base, host, question, answer->records);
    co_return;
  }
}

Task<void> find_host(Resolver& resolver, Host& host, std::optional<TlsaQuestion> question,
                     Instant deadline) {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  runtime::Scope scope(executor);
  const Instant addresses_by = question ? runtime::sooner(deadline, question->from) : deadline;
  scope.spawn("exchange's AAAA", find_sixes(resolver, host, addresses_by));
  scope.spawn("exchange's A", find_fours(resolver, host, addresses_by));
  co_await scope.join();
  const bool found = !host.sixes.empty() || !host.fours.empty();
  if (question && found && host.secure) {
    co_await find_tlsa(resolver, host, std::move(*question), deadline);
  }
}

Task<std::vector<Host>> with_addresses(Resolver& resolver, std::vector<Host> hosts,
                                       std::optional<TlsaQuestion> question, Instant deadline) {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  runtime::Scope scope(executor);
  for (Host& host : hosts) {
    scope.spawn("exchange", find_host(resolver, host, question, deadline));
  }
  co_await scope.join();
  co_return hosts;
}

// The hosts to ask for addresses. What lies at and behind one of our own names is already left out:
// no question is needed to know that.
struct Exchanges {
  std::vector<Host> hosts;
  bool met_ourselves = false;
};

Exchanges usable(const std::vector<Mx>& ordered, const Ourselves& ourselves, std::uint16_t port) {
  const auto ours = std::find_if(ordered.begin(), ordered.end(), [&](const Mx& mx) {
    return is_our_name(ourselves, mx.exchange, port);
  });
  Exchanges out;
  out.met_ourselves = ours != ordered.end();
  for (const Mx& mx : ordered) {
    if (out.met_ourselves && mx.preference >= ours->preference) break;
    if (mx.exchange.empty() || is_address(mx.exchange)) continue;
    Host host;
    host.name = mx.exchange;
    host.preference = mx.preference;
    out.hosts.push_back(std::move(host));
    if (out.hosts.size() == kMaxExchanges) break;
  }
  return out;
}

void add_candidates(const Host& host, std::uint16_t port, std::vector<Candidate>& out) {
  const auto add = [&](const IpAddress& ip) {
    out.push_back({host.name, {ip, port}, host.dane, host.tlsa_failure, host.surely_named});
  };
  for (std::size_t i = 0; i < std::max(host.sixes.size(), host.fours.size()); ++i) {
    if (i < host.sixes.size()) add(host.sixes[i]);
    if (!host.tlsa_failure.empty() && !out.empty() && out.back().mx_host == host.name) return;
    if (i < host.fours.size()) add(host.fours[i]);
  }
}

// The end of the hosts that may be tried: those at our own preference and behind it would send the
// mail back (RFC 5321 5.1).
std::vector<Host>::const_iterator end_before_us(const std::vector<Host>& hosts,
                                                const Ourselves& ourselves, std::uint16_t port) {
  const auto ours = std::find_if(hosts.begin(), hosts.end(), [&](const Host& host) {
    return is_ourselves(ourselves, host, port);
  });
  if (ours == hosts.end()) return ours;
  return std::find_if(hosts.begin(), ours,
                      [&](const Host& host) { return host.preference == ours->preference; });
}

NextHops verdict(const Exchanges& found, const Ourselves& ourselves, const std::string& domain,
                 std::uint16_t port) {
  const auto end = end_before_us(found.hosts, ourselves, port);
  std::vector<Candidate> candidates;
  bool dns_failed = false;
  for (auto host = found.hosts.begin(); host != end; ++host) {
    add_candidates(*host, port, candidates);
    dns_failed |= host->nothing_known();
  }
  if (candidates.size() > kMaxCandidates) candidates.resize(kMaxCandidates);
  if (!candidates.empty()) return candidates;
  // A host whose addresses DNS could not give now may be the way later.
  if (dns_failed) return no_answer(domain);
  if (found.met_ourselves || end != found.hosts.end()) {
    return Reply{554, "5.4.6", "The mail for " + domain + " leads back to this server"};
  }
  return no_server(domain);
}

bool all_null(const std::vector<Mx>& exchanges) {
  return std::all_of(exchanges.begin(), exchanges.end(),
                     [](const Mx& mx) { return mx.exchange.empty(); });
}

// The domain as its own exchange. Its canonical name may be ours where its alias is not.
Exchanges implicit_exchange(const std::string& domain, const std::string& canonical,
                            const Ourselves& ourselves, std::uint16_t port) {
  if (is_our_name(ourselves, canonical, port)) return {{}, true};
  return usable({{0, domain}}, ourselves, port);
}

}  // namespace

bool is_our_endpoint(const Ourselves& ourselves, const Endpoint& at) {
  const IpAddress plain = runtime::unmapped(at.address);
  // A connection to the unspecified address ends at this very host.
  const bool here = plain.is_loopback() || plain.is_unspecified();
  return std::any_of(ourselves.endpoints.begin(), ourselves.endpoints.end(),
                     [&](const Endpoint& own) {
                       return own.port == at.port &&
                              (own.address == plain || (here && own.address.is_unspecified()));
                     });
}

Task<NextHops> find_next_hops(Resolver& resolver, runtime::Chance& chance,
                              const Ourselves& ourselves, std::string domain,
                              std::optional<std::uint16_t> port, Instant deadline,
                              std::optional<Instant> tlsa_from) {
  const std::uint16_t to_port = port.value_or(kSmtpPort);
  auto answer = co_await resolver.mx(domain, deadline);
  if (!answer && runtime::dns::may_pass(answer.error())) co_return no_answer(domain);
  if (!answer) co_return no_server(domain);
  if (answer->name == Existence::no_such_name) {
    co_return Reply{550, "5.1.2", "The domain " + domain + " does not exist"};
  }
  std::vector<Mx> exchanges = std::move(answer->records);
  const bool by_mx = !exchanges.empty();
  Exchanges found;
  if (exchanges.empty()) {
    found = implicit_exchange(domain, answer->canonical, ourselves, to_port);
  } else if (all_null(exchanges)) {
    co_return Reply{556, "5.1.10", "The domain " + domain + " takes no mail (null MX)"};
  } else {
    order(exchanges, chance);
    found = usable(exchanges, ourselves, to_port);
  }
  std::optional<TlsaQuestion> question;
  if (tlsa_from && answer->secure) {
    question = TlsaQuestion{*tlsa_from, to_port, {domain, answer->canonical}};
  }
  for (Host& host : found.hosts) host.surely_named = !by_mx || answer->secure;
  found.hosts = co_await with_addresses(resolver, std::move(found.hosts), question, deadline);
  co_return verdict(found, ourselves, domain, to_port);
}

Task<NextHops> find_one_host(Resolver& resolver, const Ourselves& ourselves, std::string host,
                             std::uint16_t port, Instant deadline,
                             std::optional<Instant> tlsa_from) {
  Exchanges found = usable({{0, host}}, ourselves, port);
  std::optional<TlsaQuestion> question;
  if (tlsa_from) question = TlsaQuestion{*tlsa_from, port, {host}};
  for (Host& one : found.hosts) one.surely_named = true;
  found.hosts = co_await with_addresses(resolver, std::move(found.hosts), question, deadline);
  NextHops out = verdict(found, ourselves, host, port);
  if (auto* refusal = std::get_if<Reply>(&out)) {
    refusal->code = 451;
    refusal->enhanced = "4.4.3";
  }
  co_return out;
}

}  // namespace waybill::relay::dns
