// Subjects: people whom an OpenID provider vouches for (OpenID Connect Core 1.0 2), by the JWT that
// they show. What they may do is in claims of it, which the provider's operator has filled.
//
//   scope            "openid waybill.history waybill.feed": what begins with "waybill." is a scope
//   waybill_domains  ["example.org"], or "all": whose mail they may see
//
// The names of both claims are settings. Who has no scope, or no domain, may do or see nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "control/jwt/jwt.h"
#include "http/principals.h"
#include "runtime/mutex.h"
#include "runtime/time.h"

namespace waybill::control {

struct OidcClaims {
  std::string scopes = "scope";
  std::string domains = "waybill_domains";
  friend bool operator==(const OidcClaims&, const OidcClaims&) = default;
};
// What a scope of ours begins with among those of other programs.
inline constexpr std::string_view kScopePrefix = "waybill.";

// What the claims say of who they are of.
schemas::Principal principal_of(const JwtClaims& claims, const OidcClaims& names);

// Any thread.
class Subjects {
 public:
  Subjects(JwtRules rules, OidcClaims names) : rules_(std::move(rules)), names_(std::move(names)) {}

  // From now on these are the provider's keys.
  void set_keys(KeySet keys);
  bool has_keys() const;
  // A token names a key that is not known: the provider may have newer ones. Once for each asking.
  bool wants_keys();

  // 401, or 503 as long as there are no keys. Why a token is refused goes to the log.
  std::variant<http::Asker, http::Problem> who(std::string_view jwt, runtime::WallTime now);

 private:
  void say(const std::string& why, runtime::WallTime now);

  const JwtRules rules_;
  const OidcClaims names_;
  mutable runtime::Mutex mutex_;
  std::shared_ptr<const KeySet> keys_ WAYBILL_GUARDED_BY(mutex_);
  bool wants_keys_ WAYBILL_GUARDED_BY(mutex_) = false;
  runtime::WallTime said_at_ WAYBILL_GUARDED_BY(mutex_){};
};

}  // namespace waybill::control
