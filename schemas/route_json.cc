// DomainRoutes as JSON, and back.

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "schemas/limits.h"
#include "schemas/route.h"
#include "schemas/strict_json.h"

namespace waybill::schemas {

namespace json = boost::json;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

json::value whom_json(const ReportsTo& to) {
  switch (to.whom) {
    case ReportsTo::Whom::sender: return json::value(kReportsToSender);
    case ReportsTo::Whom::owner: return json::value(to.owner->text());
    case ReportsTo::Whom::nobody: break;
  }
  return json::value(kReportsToNobody);
}

json::object action_json(const RouteAction& action) {
  json::object out;
  if (const auto* forward = std::get_if<ForwardTo>(&action)) {
    const auto& [targets, reports_to, redact] = *forward;
    json::array texts;
    for (const Target& target : targets) texts.push_back(json::value(target.text()));
    out["forward"] = std::move(texts);
    if (reports_to) out["bounces"] = whom_json(*reports_to);
    if (redact) out["redact"] = *redact;
  } else if (const auto* reject = std::get_if<RejectWith>(&action)) {
    const Reply& reply = reject->reply;
    out["reject"] = std::to_string(reply.code) + " " + reply.enhanced + " " + reply.text;
  } else {
    out["drop"] = true;
  }
  return out;
}

// Reads an object member by member; the first fault stays. Nothing else may be in the object.
class Reader {
 public:
  Reader(const json::object& object, std::string path, std::optional<Failure>& fault)
      : object_(object), path_(std::move(path)), fault_(fault) {}

  const json::value* find(std::string_view name) {
    const json::value* const value = object_.if_contains(name);
    if (value != nullptr) known_.insert(name);
    return value;
  }
  const json::value& member(std::string_view name) {
    static const json::value kNull;
    const json::value* const value = find(name);
    if (value == nullptr) expected(name, "to be there");
    return value == nullptr ? kNull : *value;
  }
  std::string_view text(std::string_view name) {
    const json::value& value = member(name);
    if (const auto* text = value.if_string()) return *text;
    expected(name, "a string");
    return {};
  }
  bool flag(std::string_view name) {
    const json::value& value = member(name);
    if (!value.is_bool()) expected(name, "true or false");
    return value.is_bool() && value.get_bool();
  }
  // The place of the word in `words`; 0 with a fault.
  template <std::size_t N>
  std::size_t choice(std::string_view name, const std::array<std::string_view, N>& words) {
    const std::string_view word = text(name);
    const auto found = std::find(words.begin(), words.end(), word);
    if (found == words.end()) expected(name, "a word of the configuration");
    return found == words.end() ? 0 : static_cast<std::size_t>(found - words.begin());
  }
  void no_others() {
    if (known_.size() != object_.size())
      expected("", "no member beside those of docs/configuration.md");
  }
  void expected(std::string_view name, std::string_view what) {
    if (!fault_)
      fault_ = Failure{Errc::invalid, this->name(name) + ": expected " + std::string(what)};
  }
  std::string name(std::string_view member) const {
    return member.empty() ? path_ : path_ + "." + std::string(member);
  }
  std::optional<Failure>& fault() { return fault_; }

 private:
  const json::object& object_;
  std::string path_;
  std::optional<Failure>& fault_;
  std::set<std::string_view> known_;
};

std::optional<Target> read_target(Reader& reader, std::string_view name, const json::value& value) {
  const auto* text = value.if_string();
  auto target = Target::parse(text == nullptr ? std::string_view() : *text);
  if (target) return std::move(*target);
  if (!reader.fault()) reader.fault() = target.error().in(reader.name(name));
  return std::nullopt;
}

ReportsTo read_whom(Reader& reader) {
  const json::value& value = reader.member("bounces");
  if (value == json::value(kReportsToSender)) return {};
  if (value == json::value(kReportsToNobody)) return {ReportsTo::Whom::nobody};
  auto owner = read_target(reader, "bounces", value);
  return owner ? ReportsTo{ReportsTo::Whom::owner, std::move(owner)} : ReportsTo{};
}

ForwardTo read_forward(Reader& reader, const json::value& value) {
  ForwardTo out;
  const auto* targets = value.if_array();
  if (targets == nullptr || targets->empty() || targets->size() > kMaxTargets) {
    reader.expected("forward", "a list of 1 to " + std::to_string(kMaxTargets) + " addresses");
    return out;
  }
  for (const json::value& one : *targets) {
    auto target = read_target(reader, "forward", one);
    if (!target) return out;
    if (std::find(out.targets.begin(), out.targets.end(), *target) != out.targets.end()) {
      reader.expected("forward", "every address once");
    }
    out.targets.push_back(std::move(*target));
  }
  if (reader.find("bounces") != nullptr) out.reports_to = read_whom(reader);
  if (reader.find("redact") != nullptr) out.redact = reader.flag("redact");
  return out;
}

std::optional<RouteAction> read_action(const json::value& value, const std::string& path,
                                       std::optional<Failure>& fault) {
  static const json::object kNone;
  const auto* object = value.if_object();
  Reader reader(object == nullptr ? kNone : *object, path, fault);
  if (object == nullptr) {
    reader.expected("", "an object");
    return std::nullopt;
  }
  RouteAction out;
  if (const json::value* forward = reader.find("forward")) {
    out = read_forward(reader, *forward);
  } else if (reader.find("reject") != nullptr) {
    auto reply = parse_refusal(reader.text("reject"));
    if (!reply) reader.expected("reject", "a reply \"5xx 5.x.x text\" in ASCII");
    if (reply) out = RejectWith{std::move(*reply)};
  } else if (reader.flag("drop")) {
    out = DropSilently{};
  } else {
    reader.expected("drop", "true");
  }
  reader.no_others();
  if (fault) return std::nullopt;
  return out;
}

void read_subaddress(Reader& reader, DomainRoutes& out) {
  const std::string_view text = reader.text("subaddress");
  if (text.empty()) return;
  if (text.size() == 1 && kSeparators.find(text.front()) != std::string_view::npos) {
    out.subaddress_separator = text.front();
  } else {
    reader.expected("subaddress", "one of " + std::string(kSeparators) + " or \"\" for none");
  }
}

void read_bounce_window(Reader& reader, DomainRoutes& out) {
  boost::system::error_code wrong;
  const std::chrono::seconds window(reader.member("bounce_window").to_number<std::int32_t>(wrong));
  if (!wrong && window >= kMinBounceWindow && window <= kMaxBounceWindow) {
    out.bounce_window = window;
  } else {
    const std::chrono::seconds least = kMinBounceWindow;
    const std::chrono::seconds most = kMaxBounceWindow;
    reader.expected("bounce_window", std::to_string(least.count()) + " to " +
                                         std::to_string(most.count()) + " seconds");
  }
}

void read_aliases(Reader& reader, DomainRoutes& out) {
  const auto* aliases = reader.member("aliases").if_object();
  if (aliases == nullptr) return reader.expected("aliases", "an object");
  for (const auto& [key, value] : *aliases) {
    const std::string path = reader.name("aliases") + "." + std::string(key);
    const auto address = Address::parse(std::string(key) + "@" + out.name);
    if (!address || named_by(out, *address).local() != std::string_view(key)) {
      return reader.expected("aliases", "local parts as the domain names them");
    }
    auto action = read_action(value, path, reader.fault());
    if (!action) return;
    out.aliases.emplace(key, std::move(*action));
  }
}

}  // namespace

std::string to_json(const DomainRoutes& domain) {
  // A member more does not compile: it is to be said here, and read below.
  const auto& [name, local_case, separator, log_subject, reports_to, redact, bounce_window, dmarc,
               aliases, catch_all] = domain;
  json::object out;
  out["domain"] = name;
  out["local_part"] = word_of(local_case);
  out["subaddress"] = separator ? std::string(1, *separator) : std::string();
  out["log_subject"] = log_subject;
  out["bounces"] = whom_json(reports_to);
  out["redact"] = redact;
  out["bounce_window"] = bounce_window.count();
  out["dmarc"] = word_of(dmarc);
  json::object actions;
  for (const auto& [local, action] : aliases) actions[local] = action_json(action);
  out["aliases"] = std::move(actions);
  if (catch_all) {
    out["catch_all"] = action_json(*catch_all);
  } else {
    out["catch_all"] = nullptr;
  }
  return json::serialize(out);
}

Explained<DomainRoutes> domain_routes_from_json(std::string_view text) {
  const auto value = parse_strict_json(text);
  if (!value) return value.error();
  if (!value->is_object()) return Failure{Errc::invalid, "expected an object"};
  std::optional<Failure> fault;
  Reader reader(value->as_object(), "route", fault);
  DomainRoutes out;
  out.name = reader.text("domain");
  const auto name = normalise_domain(out.name);
  if (!name || *name != out.name) reader.expected("domain", "a domain name in A-labels");
  out.local_case = static_cast<LocalPartCase>(reader.choice("local_part", kLocalPartCases));
  read_subaddress(reader, out);
  out.log_subject = reader.flag("log_subject");
  out.reports_to = read_whom(reader);
  out.redact = reader.flag("redact");
  read_bounce_window(reader, out);
  out.dmarc = static_cast<DmarcMode>(reader.choice("dmarc", kDmarcModes));
  read_aliases(reader, out);
  const json::value& catch_all = reader.member("catch_all");
  if (!catch_all.is_null()) {
    out.catch_all = read_action(catch_all, reader.name("catch_all"), fault);
  }
  reader.no_others();
  if (fault) return std::move(*fault);
  return out;
}

}  // namespace waybill::schemas
