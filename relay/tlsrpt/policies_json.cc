#include "relay/tlsrpt/policies_json.h"

#include <algorithm>
#include <boost/json/object.hpp>

#include "schemas/json_members.h"

namespace waybill::relay::tlsrpt {

namespace json = boost::json;
using schemas::array_member;
using schemas::number_member;
using schemas::object_member;
using schemas::text_member;

namespace {

json::array array_of(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

json::object json_of(const AppliedPolicy& policy) {
  json::object out;
  out["policy-type"] = word_of(policy.type);
  if (!policy.lines.empty()) out["policy-string"] = array_of(policy.lines);
  out["policy-domain"] = policy.domain;
  if (!policy.mx.empty()) out["mx-host"] = array_of(policy.mx);
  return out;
}

json::object json_of(const Failure& failure, std::uint64_t sessions) {
  json::object out;
  out["result-type"] = word_of(failure.type);
  const auto add = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) out[name] = text;
  };
  add("sending-mta-ip", failure.sending_ip);
  add("receiving-mx-hostname", failure.mx_host);
  add("receiving-ip", failure.receiving_ip);
  out["failed-session-count"] = sessions;
  add("failure-reason-code", failure.reason);
  return out;
}

template <std::size_t Size>
std::optional<std::size_t> place_of(std::string_view word,
                                    const std::array<std::string_view, Size>& words) {
  const auto* const found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<std::size_t>(found - words.begin());
}

std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> out;
  const json::array* const array = array_member(object, name);
  if (array == nullptr) return out;
  for (const json::value& one : *array) {
    if (one.is_string()) out.emplace_back(one.get_string());
  }
  return out;
}

std::optional<AppliedPolicy> policy_of(const json::object& object) {
  const auto type = place_of(text_member(object, "policy-type"), kPolicyTypes);
  AppliedPolicy out;
  out.domain = text_member(object, "policy-domain");
  if (!type || out.domain.empty()) return std::nullopt;
  out.type = static_cast<PolicyType>(*type);
  out.lines = texts_of(object, "policy-string");
  out.mx = texts_of(object, "mx-host");
  return out;
}

void read_details(const json::array& array, Tally& tally) {
  for (const json::value& one : array) {
    if (!one.is_object() || tally.details.size() >= kMostDetails) continue;
    const json::object& object = one.get_object();
    const auto type = place_of(text_member(object, "result-type"), kResultTypes);
    const auto sessions = number_member(object, "failed-session-count");
    if (!type || !sessions) continue;
    Failure failure;
    failure.type = static_cast<ResultType>(*type);
    failure.sending_ip = text_member(object, "sending-mta-ip");
    failure.mx_host = text_member(object, "receiving-mx-hostname");
    failure.receiving_ip = text_member(object, "receiving-ip");
    failure.reason = text_member(object, "failure-reason-code");
    tally.details[std::move(failure)] = *sessions;
  }
}

}  // namespace

json::array json_of(const Policies& policies) {
  json::array out;
  for (const auto& [policy, tally] : policies) {
    json::object one;
    one["policy"] = json_of(policy);
    one["summary"] = {{"total-successful-session-count", tally.successful},
                      {"total-failure-session-count", tally.failed}};
    json::array details;
    for (const auto& [failure, sessions] : tally.details) {
      details.emplace_back(json_of(failure, sessions));
    }
    if (!details.empty()) one["failure-details"] = std::move(details);
    out.emplace_back(std::move(one));
  }
  return out;
}

std::optional<Policies> policies_of(const json::array& policies) {
  Policies out;
  for (const json::value& one : policies) {
    if (out.size() >= kMostPolicies) break;
    if (!one.is_object()) return std::nullopt;
    const json::object* const policy = object_member(one.get_object(), "policy");
    const json::object* const summary = object_member(one.get_object(), "summary");
    if (policy == nullptr || summary == nullptr) return std::nullopt;
    auto key = policy_of(*policy);
    if (!key) return std::nullopt;
    Tally& tally = out[std::move(*key)];
    tally.successful = number_member(*summary, "total-successful-session-count").value_or(0);
    tally.failed = number_member(*summary, "total-failure-session-count").value_or(0);
    const json::array* const details = array_member(one.get_object(), "failure-details");
    if (details != nullptr) read_details(*details, tally);
  }
  return out;
}

}  // namespace waybill::relay::tlsrpt
