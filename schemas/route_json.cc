// DomainRoutes as JSON, and back.

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "schemas/json_members.h"
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

// The place of the word in `words`; 0 with a fault.
template <std::size_t N>
std::size_t choice(JsonMembers& members, std::string_view name,
                   const std::array<std::string_view, N>& words) {
  const auto found = std::find(words.begin(), words.end(), members.text(name));
  if (found == words.end()) members.expected(name, "a word of the configuration");
  return found == words.end() ? 0 : static_cast<std::size_t>(found - words.begin());
}

std::optional<Target> read_target(JsonMembers& members, std::string_view name,
                                  const json::value& value) {
  const auto* text = value.if_string();
  auto target = Target::parse(text == nullptr ? std::string_view() : *text);
  if (target) return std::move(*target);
  members.add_fault(target.error().in(members.name(name)));
  return std::nullopt;
}

ReportsTo read_whom(JsonMembers& members) {
  const json::value& value = members.member("bounces");
  if (value == json::value(kReportsToSender)) return {};
  if (value == json::value(kReportsToNobody)) return {ReportsTo::Whom::nobody};
  auto owner = read_target(members, "bounces", value);
  return owner ? ReportsTo{ReportsTo::Whom::owner, std::move(owner)} : ReportsTo{};
}

ForwardTo read_forward(JsonMembers& members, const json::value& value) {
  ForwardTo out;
  const auto* targets = value.if_array();
  if (targets == nullptr || targets->empty() || targets->size() > kMaxTargets) {
    members.expected("forward", "a list of 1 to " + std::to_string(kMaxTargets) + " addresses");
    return out;
  }
  for (const json::value& one : *targets) {
    auto target = read_target(members, "forward", one);
    if (!target) return out;
    if (std::find(out.targets.begin(), out.targets.end(), *target) != out.targets.end()) {
      members.expected("forward", "every address once");
    }
    out.targets.push_back(std::move(*target));
  }
  if (members.find("bounces") != nullptr) out.reports_to = read_whom(members);
  if (members.find("redact") != nullptr) out.redact = members.flag("redact");
  return out;
}

// Nothing with a fault. `name` is the value's within `outer`.
std::optional<RouteAction> read_action(JsonMembers& outer, const std::string& name,
                                       const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) {
    outer.expected(name, "an object");
    return std::nullopt;
  }
  JsonMembers members(*object, outer.name(name), outer);
  RouteAction out;
  if (const json::value* forward = members.find("forward")) {
    out = read_forward(members, *forward);
  } else if (members.find("reject") != nullptr) {
    auto reply = parse_refusal(members.text("reject"));
    if (!reply) members.expected("reject", "a reply \"5xx 5.x.x text\" in ASCII");
    if (reply) out = RejectWith{std::move(*reply)};
  } else if (members.flag("drop")) {
    out = DropSilently{};
  } else {
    members.expected("drop", "true");
  }
  members.no_others();
  if (!members.whole()) return std::nullopt;
  return out;
}

void read_subaddress(JsonMembers& members, DomainRoutes& out) {
  const std::string_view text = members.text("subaddress");
  if (text.empty()) return;
  if (text.size() == 1 && kSeparators.find(text.front()) != std::string_view::npos) {
    out.subaddress_separator = text.front();
  } else {
    members.expected("subaddress", "one of " + std::string(kSeparators) + " or \"\" for none");
  }
}

void read_bounce_window(JsonMembers& members, DomainRoutes& out) {
  boost::system::error_code wrong;
  const std::chrono::seconds window(members.member("bounce_window").to_number<std::int32_t>(wrong));
  if (!wrong && window >= kMinBounceWindow && window <= kMaxBounceWindow) {
    out.bounce_window = window;
  } else {
    const std::chrono::seconds least = kMinBounceWindow;
    const std::chrono::seconds most = kMaxBounceWindow;
    members.expected("bounce_window", std::to_string(least.count()) + " to " +
                                          std::to_string(most.count()) + " seconds");
  }
}

void read_aliases(JsonMembers& members, DomainRoutes& out) {
  const auto* aliases = members.member("aliases").if_object();
  if (aliases == nullptr) return members.expected("aliases", "an object");
  for (const auto& [key, value] : *aliases) {
    const auto address = Address::parse(std::string(key) + "@" + out.name);
    if (!address || named_by(out, *address).local() != std::string_view(key)) {
      return members.expected("aliases", "local parts as the domain names them");
    }
    auto action = read_action(members, "aliases." + std::string(key), value);
    if (!action) return;
    out.aliases.emplace(key, std::move(*action));
  }
}

}  // namespace

std::string to_json(const DomainRoutes& domain) {
  // A member more does not compile: it is to be said here, and read below.
  const auto& [name, local_case, separator, log_subject, reports_to, redact, bounce_window, dmarc,
               dkim_verifies, door, spam, sign_forwarded, rescue, aliases, catch_all] = domain;
  json::object out;
  out["domain"] = name;
  out["local_part"] = word_of(local_case);
  out["subaddress"] = separator ? std::string(1, *separator) : std::string();
  out["log_subject"] = log_subject;
  out["bounces"] = whom_json(reports_to);
  out["redact"] = redact;
  out["bounce_window"] = bounce_window.count();
  out["dmarc"] = word_of(dmarc);
  out["dkim_verifies"] = word_of(dkim_verifies);
  out["door"] = word_of(door);
  out["spam"] = word_of(spam);
  out["sign_forwarded"] = sign_forwarded;
  out["rescue"] = word_of(rescue);
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
  JsonMembers members(value->as_object(), "route");
  DomainRoutes out;
  out.name = members.text("domain");
  const auto name = normalise_domain(out.name);
  if (!name || *name != out.name) members.expected("domain", "a domain name in A-labels");
  out.local_case = static_cast<LocalPartCase>(choice(members, "local_part", kLocalPartCases));
  read_subaddress(members, out);
  out.log_subject = members.flag("log_subject");
  out.reports_to = read_whom(members);
  out.redact = members.flag("redact");
  read_bounce_window(members, out);
  out.dmarc = static_cast<DmarcMode>(choice(members, "dmarc", kDmarcModes));
  out.dkim_verifies = static_cast<DkimVerifies>(choice(members, "dkim_verifies", kDkimVerifies));
  out.door = static_cast<DoorMode>(choice(members, "door", kDoorModes));
  out.spam = static_cast<SpamMode>(choice(members, "spam", kSpamModes));
  out.sign_forwarded = members.flag("sign_forwarded");
  out.rescue = static_cast<Rescue>(choice(members, "rescue", kRescues));
  read_aliases(members, out);
  const json::value& catch_all = members.member("catch_all");
  if (!catch_all.is_null()) {
    out.catch_all = read_action(members, "catch_all", catch_all);
  }
  members.no_others();
  if (!members.whole()) return *members.fault();
  return out;
}

}  // namespace waybill::schemas
