#include "control/refusals.h"

namespace waybill::control {

using http::Problem;

namespace {

// Start-up folds what the views lack.
constexpr std::chrono::seconds kTokensRetry{5};
// A provider that is away is asked again that often.
constexpr std::chrono::seconds kKeysRetry{10};
constexpr std::chrono::seconds kRateRetry{1};

}  // namespace

Problem credentials_missing() {
  Problem out = http::problem_of(
      401, "credentials_missing",
      "Say who you are: send a token as \"Authorization: Bearer wbp_...\". `waybill token create` "
      "makes one.");
  out.authenticate = "Bearer realm=\"waybill\"";
  return out;
}

// Of a token that never was, is no more, or has another secret alike.
Problem credentials_refused() {
  Problem out = http::problem_of(401, "credentials_refused",
                                 "What was shown is no token that is good now: `waybill token "
                                 "list` shows those there are.");
  out.authenticate = "Bearer realm=\"waybill\", error=\"invalid_token\"";
  return out;
}

Problem tokens_unread() {
  Problem out = http::problem_of(503, "tokens_unread",
                                 "Which tokens there are is still being read from the log: ask "
                                 "again later.");
  out.retry_after = kTokensRetry;
  return out;
}

Problem too_many_requests() {
  Problem out = http::problem_of(429, "too_many_requests",
                                 "This token asks too often (http.requests_per_second): wait, and "
                                 "ask for larger pages.");
  out.retry_after = kRateRetry;
  return out;
}

Problem reason_required() {
  return http::problem_of(403, "reason_required",
                          "Say why you ask, for the record of who looked at what: by the field "
                          "Waybill-Reason, the parameter \"reason\" or --reason.");
}

Problem keys_unread() {
  Problem out = http::problem_of(503, "keys_unread",
                                 "The keys of the OpenID provider (http.oidc.issuer) could not be "
                                 "fetched yet: ask again later.");
  out.retry_after = kKeysRetry;
  return out;
}

}  // namespace waybill::control
