// Session: what became of TLS in one session with a next hop, as the domain that the mail went to
// may be told of it (RFC 8460 4). Values.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::relay::tlsrpt {

// RFC 8460 4.4, "policy-type".
enum class PolicyType { tlsa, sts, none };

inline constexpr std::array<std::string_view, 3> kPolicyTypes = {"tlsa", "sts", "no-policy-found"};

// RFC 8460 4.3.
enum class ResultType {
  starttls_not_supported,
  certificate_host_mismatch,
  certificate_expired,
  certificate_not_trusted,
  validation_failure,
  tlsa_invalid,
  dnssec_invalid,
  dane_required,
  sts_policy_fetch_error,
  sts_policy_invalid,
  sts_webpki_invalid,
};

inline constexpr std::array<std::string_view, 11> kResultTypes = {
    "starttls-not-supported", "certificate-host-mismatch",
    "certificate-expired",    "certificate-not-trusted",
    "validation-failure",     "tlsa-invalid",
    "dnssec-invalid",         "dane-required",
    "sts-policy-fetch-error", "sts-policy-invalid",
    "sts-webpki-invalid"};

inline std::string_view word_of(PolicyType type) {
  return kPolicyTypes[static_cast<std::size_t>(type)];
}
inline std::string_view word_of(ResultType type) {
  return kResultTypes[static_cast<std::size_t>(type)];
}

// What the session was held against.
struct AppliedPolicy {
  PolicyType type = PolicyType::none;
  std::vector<std::string> lines;  // RFC 8460 4.5: TLSA records, or the lines of a policy file
  std::string domain;              // of tlsa the base domain (RFC 7672 2.2.3), else the target's
  std::vector<std::string> mx;     // of sts: the patterns
  friend auto operator<=>(const AppliedPolicy&, const AppliedPolicy&) = default;
};

// Texts are empty where nobody knows.
struct Failure {
  ResultType type = ResultType::validation_failure;
  std::string sending_ip;
  std::string mx_host;
  std::string receiving_ip;
  std::string reason;
  friend auto operator<=>(const Failure&, const Failure&) = default;
};

struct Session {
  std::string domain;  // that the mail goes to, in lower case
  AppliedPolicy policy;
  std::optional<Failure> failure;
};

}  // namespace waybill::relay::tlsrpt
