#include "relay/trust/spf/evaluation.h"

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <cstring>

#include "runtime/ascii.h"
#include "runtime/check.h"
#include "runtime/dns/domain_name.h"
#include "runtime/dns/question_name.h"

namespace waybill::relay::trust::spf {

using runtime::Errc;
using runtime::IpAddress;
using runtime::Task;

namespace {

// RFC 1035 2.3.4, as text.
constexpr std::size_t kMaxName = 253;
// Octets of a name in a sentence for people.

bool asks_dns(MechanismKind kind) {
  return kind != MechanismKind::all && kind != MechanismKind::ip4 && kind != MechanismKind::ip6;
}

bool uses_names(const std::optional<MacroString>& spec) {
  return spec && spec->uses(MacroLetter::validated_name);
}

template <class Bytes>
bool same_prefix(const Bytes& a, const Bytes& b, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

bool in_network(const IpAddress& client, const IpAddress& network, const Mechanism& mechanism) {
  if (client.is_v4() != network.is_v4()) return false;
  if (client.is_v4()) {
    return same_prefix(client.to_v4().to_bytes(), network.to_v4().to_bytes(), mechanism.prefix4);
  }
  return same_prefix(client.to_v6().to_bytes(), network.to_v6().to_bytes(), mechanism.prefix6);
}

SpfCode code_of(Qualifier qualifier) {
  switch (qualifier) {
    case Qualifier::pass: return SpfCode::pass;
    case Qualifier::fail: return SpfCode::fail;
    case Qualifier::softfail: return SpfCode::softfail;
    case Qualifier::neutral: return SpfCode::neutral;
  }
  return SpfCode::neutral;
}

// RFC 7208 7.3: labels go from the left until DNS can hold the name.
std::string shortened(std::string name) {
  while (name.size() > kMaxName) {
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) break;
    name.erase(0, dot + 1);
  }
  return name;
}

}  // namespace

Evaluation::Match Evaluation::permanent(std::string detail) {
  detail_ = std::move(detail);
  return Match::permerror;
}

bool Evaluation::within_limits() {
  if (look_ups_ > kMaxLookUps) detail_ = "more than 10 terms that ask the DNS";
  return look_ups_ <= kMaxLookUps;
}

bool Evaluation::count_void() {
  if (++void_look_ups_ > kMaxVoidLookUps) detail_ = "more than 2 terms for which DNS has nothing";
  return void_look_ups_ <= kMaxVoidLookUps;
}

// A name that cannot be asked for, or records that cannot be read, are as good as none: asking
// again gives no more.
Evaluation::Match Evaluation::after_failure(const runtime::Error& error, const std::string& name) {
  const Errc code = runtime::errc_of(error);
  if (code == Errc::invalid || code == Errc::corrupt) return Match::no;
  detail_ = "no answer for " + printable(name, kMaxShown);
  return Match::temperror;
}

// RFC 7208 4.5. Finding::code is pass if there is exactly one record and it is sound.
Task<Finding> Evaluation::fetch(std::string domain, Record& record) {
  Finding out;
  const auto answer = co_await resolver_.txt(domain, deadline_);
  if (!answer) {
    if (after_failure(answer.error(), domain) == Match::temperror) out.code = SpfCode::temperror;
    out.detail = detail_;
    co_return out;
  }
  const auto& texts = answer->records;
  const auto count = std::count_if(texts.begin(), texts.end(), is_spf_record);
  if (count == 0) co_return out;
  if (count > 1) {
    out.code = SpfCode::permerror;
    out.detail = printable(domain, kMaxShown) + " has more than one SPF record";
    co_return out;
  }
  auto parsed = parse_record(*std::find_if(texts.begin(), texts.end(), is_spf_record));
  if (const auto* wrong = std::get_if<WrongTerm>(&parsed)) {
    out.code = SpfCode::permerror;
    out.detail = "wrong term \"" + wrong->text + "\" at " + printable(domain, kMaxShown);
    co_return out;
  }
  record = std::get<Record>(std::move(parsed));
  out.code = SpfCode::pass;
  co_return out;
}

Task<Finding> Evaluation::judge(std::string domain, int depth) {
  // Every step down is a term that counts.
  runtime::check(depth <= kMaxLookUps, "includes and redirects are counted");
  Record record;
  Finding out = co_await fetch(domain, record);
  if (out.code != SpfCode::pass) co_return out;
  out.code = SpfCode::neutral;
  for (const Mechanism& mechanism : record.mechanisms) {
    if (asks_dns(mechanism.kind)) ++look_ups_;
    if (uses_names(mechanism.domain) && !names_asked_) ++look_ups_;
    Match match = Match::permerror;
    if (within_limits()) match = co_await matches(mechanism, domain, depth);
    if (match == Match::no) continue;
    if (match != Match::yes) {
      out.code = match == Match::temperror ? SpfCode::temperror : SpfCode::permerror;
      out.detail = detail_;
      co_return out;
    }
    out.code = code_of(mechanism.qualifier);
    out.mechanism = mechanism.text;
    out.explanation = record.explanation;
    out.domain = domain;
    co_return out;
  }
  if (record.redirect) out = co_await redirected(std::move(record), domain, depth);
  co_return out;
}

// RFC 7208 6.1
Task<Finding> Evaluation::redirected(Record record, std::string domain, int depth) {
  Finding out;
  out.code = SpfCode::permerror;
  ++look_ups_;
  if (uses_names(record.redirect) && !names_asked_) ++look_ups_;
  if (!within_limits()) {
    out.detail = detail_;
    co_return out;
  }
  const auto target = co_await target_of(*record.redirect, domain);
  if (target) out = co_await judge(*target, depth + 1);
  if (!target || out.code == SpfCode::none) {
    out.code = SpfCode::permerror;
    out.detail = "redirect to a domain without SPF record";
  }
  co_return out;
}

Task<Evaluation::Match> Evaluation::matches(const Mechanism& mechanism, std::string domain,
                                            int depth) {
  if (mechanism.kind == MechanismKind::all) co_return Match::yes;
  if (!asks_dns(mechanism.kind)) {
    const bool inside = in_network(values_.client, mechanism.network, mechanism);
    co_return inside ? Match::yes : Match::no;
  }
  std::optional<std::string> target = domain;
  if (mechanism.domain) target = co_await target_of(*mechanism.domain, domain);
  if (mechanism.kind == MechanismKind::include) {
    if (!target) co_return permanent("include of what is no domain");
    const Match match = co_await matches_include(*target, depth);
    co_return match;
  }
  // A name that DNS cannot hold does not exist.
  if (!target) co_return Match::no;
  Match match = Match::no;
  switch (mechanism.kind) {
    case MechanismKind::a: match = co_await matches_addresses(mechanism, *target); break;
    case MechanismKind::mx: match = co_await matches_exchanges(mechanism, *target); break;
    case MechanismKind::ptr: match = co_await matches_names(*target); break;
    case MechanismKind::exists: match = co_await matches_exists(*target); break;
    default: runtime::check(false, "every kind of mechanism is matched");
  }
  co_return match;
}

// RFC 7208 5.2
Task<Evaluation::Match> Evaluation::matches_include(std::string target, int depth) {
  const Finding found = co_await judge(target, depth + 1);
  switch (found.code) {
    case SpfCode::pass: co_return Match::yes;
    case SpfCode::fail:
    case SpfCode::softfail:
    case SpfCode::neutral: co_return Match::no;
    case SpfCode::temperror: co_return Match::temperror;
    case SpfCode::permerror: co_return Match::permerror;
    case SpfCode::none: break;
  }
  co_return permanent("include of " + printable(target, kMaxShown) + ", which has no SPF record");
}

Task<Evaluation::Addresses> Evaluation::addresses_of(std::string name) {
  if (values_.client.is_v4()) {
    Addresses four = co_await resolver_.a(name, deadline_);
    co_return four;
  }
  Addresses six = co_await resolver_.aaaa(name, deadline_);
  co_return six;
}

// RFC 7208 5.3
Task<Evaluation::Match> Evaluation::matches_addresses(const Mechanism& mechanism,
                                                      std::string target) {
  const Addresses answer = co_await addresses_of(target);
  if (!answer) co_return after_failure(answer.error(), target);
  if (answer->records.empty() && !count_void()) co_return Match::permerror;
  for (const IpAddress& one : answer->records) {
    if (in_network(values_.client, one, mechanism)) co_return Match::yes;
  }
  co_return Match::no;
}

// RFC 7208 5.4. An exchange without addresses is no void look-up: a term is counted once, by its
// own question, and hosts of one address family are the rule.
Task<Evaluation::Match> Evaluation::matches_exchanges(const Mechanism& mechanism,
                                                      std::string target) {
  auto answer = co_await resolver_.mx(target, deadline_);
  if (!answer) co_return after_failure(answer.error(), target);
  auto& exchanges = answer->records;
  if (exchanges.empty() && !count_void()) co_return Match::permerror;
  if (exchanges.size() > kMaxNames) co_return permanent("more than 10 MX records in one term");
  std::sort(
      exchanges.begin(), exchanges.end(), [](const runtime::dns::Mx& a, const runtime::dns::Mx& b) {
        return a.preference != b.preference ? a.preference < b.preference : a.exchange < b.exchange;
      });
  for (const runtime::dns::Mx& mx : exchanges) {
    // RFC 7505 3: a null MX names no host.
    if (mx.exchange.empty()) continue;
    const Addresses addresses = co_await addresses_of(mx.exchange);
    if (!addresses) {
      if (after_failure(addresses.error(), mx.exchange) == Match::no) continue;
      co_return Match::temperror;
    }
    for (const IpAddress& one : addresses->records) {
      if (in_network(values_.client, one, mechanism)) co_return Match::yes;
    }
  }
  co_return Match::no;
}

// RFC 7208 5.5
Task<Evaluation::Match> Evaluation::matches_names(std::string target) {
  co_await validate_names();
  if (names_void_ && !count_void()) co_return Match::permerror;
  const std::string wanted = runtime::ascii::lower(target);
  const bool found = std::any_of(
      validated_.begin(), validated_.end(),
      [&wanted](const std::string& name) { return runtime::dns::is_at_or_under(name, wanted); });
  co_return found ? Match::yes : Match::no;
}

// RFC 7208 5.7: A records, whatever the client's family.
Task<Evaluation::Match> Evaluation::matches_exists(std::string target) {
  const Addresses answer = co_await resolver_.a(target, deadline_);
  if (!answer) co_return after_failure(answer.error(), target);
  if (!answer->records.empty()) co_return Match::yes;
  co_return count_void() ? Match::no : Match::permerror;
}

Task<std::optional<std::string>> Evaluation::target_of(MacroString spec, std::string domain) {
  if (spec.uses(MacroLetter::validated_name)) co_await validate_names();
  MacroValues values = values_;
  values.domain = domain;
  values.validated_name = validated_name_for(runtime::ascii::lower(domain));
  auto name = expand(spec, values);
  if (!name) co_return std::nullopt;
  if (name->ends_with('.')) name->pop_back();
  *name = shortened(std::move(*name));
  if (!runtime::dns::is_question_name(*name)) co_return std::nullopt;
  co_return name;
}

// A failure here is a name less, never an error (RFC 7208 5.5).
Task<void> Evaluation::validate_names() {
  if (names_asked_) co_return;
  names_asked_ = true;
  const auto answer = co_await resolver_.ptr(values_.client, deadline_);
  if (!answer) co_return;
  names_void_ = answer->records.empty();
  const std::size_t count = std::min(answer->records.size(), kMaxNames);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& name = answer->records[i];
    const Addresses addresses = co_await addresses_of(name);
    if (!addresses) continue;
    const auto& all = addresses->records;
    if (std::find(all.begin(), all.end(), values_.client) == all.end()) continue;
    validated_.push_back(name);
  }
  // Answers come in no order; what is made of them should not change from mail to mail.
  std::sort(validated_.begin(), validated_.end());
}

// RFC 7208 7.3: the domain itself, else a name beneath it, else any.
std::string Evaluation::validated_name_for(const std::string& domain) const {
  if (validated_.empty()) return "unknown";
  std::string best = validated_.front();
  for (const std::string& name : validated_) {
    if (name == domain) return name;
    if (runtime::dns::is_at_or_under(name, domain) && !runtime::dns::is_at_or_under(best, domain))
      best = name;
  }
  return best;
}

Task<std::string> Evaluation::explain(MacroString target, std::string domain) {
  const auto name = co_await target_of(target, domain);
  if (!name) co_return std::string();
  const auto answer = co_await resolver_.txt(*name, deadline_);
  if (!answer || answer->records.size() != 1) co_return std::string();
  const auto text = parse_macro_string(answer->records.front(), MacroPlace::explanation);
  if (!text) co_return std::string();
  if (text->uses(MacroLetter::validated_name)) co_await validate_names();
  MacroValues values = values_;
  values.domain = domain;
  values.validated_name = validated_name_for(runtime::ascii::lower(domain));
  const auto expanded = expand(*text, values);
  if (!expanded) co_return std::string();
  co_return printable(*expanded, kMaxExplanation);
}

}  // namespace waybill::relay::trust::spf
