#include "relay/forward/tls_outcome.h"

#include "relay/forward/demand.h"
#include "runtime/hex.h"

namespace waybill::relay::forward {

using sts::Lack;
using sts::Mode;
using tlsrpt::AppliedPolicy;
using tlsrpt::Failure;
using tlsrpt::PolicyType;
using tlsrpt::ResultType;
using tlsrpt::Session;

namespace {

// RFC 8460 4.5: the four fields of a record.
std::string line_of(const runtime::Tlsa& record) {
  return std::to_string(record.usage) + " " + std::to_string(record.selector) + " " +
         std::to_string(record.matching) + " " + runtime::hex(record.data);
}

bool by_tlsa(TlsLevel level, const dns::Candidate& host) {
  return level == TlsLevel::dane || (asks_tlsa(level) && (host.dane || !host.tlsa_failure.empty()));
}

bool by_sts(TlsLevel level, const sts::Policy& policy) {
  return asks_policy(level) && (policy.mode != Mode::none || policy.lack != Lack::none);
}

AppliedPolicy applied(TlsLevel level, const std::string& domain, const dns::Candidate& host,
                      const sts::Policy& policy) {
  AppliedPolicy out;
  out.domain = domain;
  if (by_tlsa(level, host)) {
    out.type = PolicyType::tlsa;
    out.domain = host.dane ? host.dane->names.at(0) : host.mx_host;
    if (!host.dane) return out;
    for (const runtime::Tlsa& record : host.dane->records) out.lines.push_back(line_of(record));
  } else if (by_sts(level, policy)) {
    out.type = PolicyType::sts;
    if (policy.lack != Lack::none) return out;
    out.lines = {"version: STSv1", "mode: " + std::string(word_of(policy.mode))};
    for (const std::string& pattern : policy.mx) out.lines.push_back("mx: " + pattern);
    out.lines.push_back("max_age: " + std::to_string(policy.max_age.count()));
    out.mx = policy.mx;
  }
  return out;
}

struct Broken {
  ResultType type;
  std::string reason;
};

Broken broken_by(Lack lack) {
  switch (lack) {
    case Lack::invalid: return {ResultType::sts_policy_invalid, ""};
    case Lack::untrusted: return {ResultType::sts_webpki_invalid, ""};
    case Lack::none:
    case Lack::fetch_error: break;
  }
  return {ResultType::sts_policy_fetch_error, ""};
}

constexpr const char* kNotNamed = "the policy does not name this MX host";

std::optional<Broken> broken_sts(const dns::Candidate& host, const sts::Policy& policy,
                                 const std::optional<runtime::TlsFacts>& tls) {
  if (policy.lack != Lack::none) return broken_by(policy.lack);
  if (!sts::names_host(policy, host.mx_host)) {
    return Broken{ResultType::validation_failure, kNotNamed};
  }
  if (!tls || tls->verified_by == "pkix") return std::nullopt;
  return Broken{result_of(tls->fault), tls->fault_words};
}

std::optional<Broken> broken(const AppliedPolicy& against, const dns::Candidate& host,
                             const sts::Policy& policy, const TlsSeen& seen) {
  if (seen.result) return Broken{*seen.result, seen.why};
  switch (against.type) {
    case PolicyType::none: return std::nullopt;
    case PolicyType::sts: return broken_sts(host, policy, seen.facts);
    case PolicyType::tlsa: break;
  }
  if (host.dane && runtime::any_usable(*host.dane)) return std::nullopt;
  return Broken{ResultType::tlsa_invalid, "no record can be used; encrypted without them"};
}

}  // namespace

ResultType result_of(runtime::TlsFault fault) {
  switch (fault) {
    case runtime::TlsFault::wrong_host: return ResultType::certificate_host_mismatch;
    case runtime::TlsFault::expired: return ResultType::certificate_expired;
    case runtime::TlsFault::not_trusted: return ResultType::certificate_not_trusted;
    case runtime::TlsFault::none:
    case runtime::TlsFault::other: break;
  }
  return ResultType::validation_failure;
}

std::optional<Session> session_of(TlsLevel level, const std::string& domain,
                                  const dns::Candidate& host, const sts::Policy& policy,
                                  const TlsSeen& seen) {
  if (!seen.facts && !seen.result) return std::nullopt;
  Session out;
  out.domain = domain;
  out.policy = applied(level, domain, host, policy);
  auto what = broken(out.policy, host, policy, seen);
  if (!what) return out;
  Failure failure;
  failure.type = what->type;
  failure.sending_ip = seen.sending_ip;
  failure.mx_host = host.mx_host;
  failure.receiving_ip = runtime::ip_text(host.endpoint.address);
  failure.reason = std::move(what->reason);
  out.failure = std::move(failure);
  return out;
}

Session unused(TlsLevel level, const std::string& domain, const dns::Candidate& host,
               const sts::Policy& policy) {
  Session out;
  out.domain = domain;
  out.policy = applied(level, domain, host, policy);
  Failure failure;
  failure.mx_host = host.mx_host;
  if (out.policy.type == PolicyType::sts && policy.lack != Lack::none) {
    Broken lack = broken_by(policy.lack);
    failure.type = lack.type;
    failure.reason = std::move(lack.reason);
  } else if (out.policy.type == PolicyType::sts) {
    failure.reason = kNotNamed;
  } else if (!host.tlsa_failure.empty()) {
    failure.type = ResultType::dnssec_invalid;
  } else {
    failure.type = host.dane ? ResultType::tlsa_invalid : ResultType::dane_required;
  }
  out.failure = std::move(failure);
  return out;
}

}  // namespace waybill::relay::forward
