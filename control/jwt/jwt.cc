#include "control/jwt/jwt.h"

#include <algorithm>

#include "control/jwt/jws.h"
#include "control/jwt/refusal.h"
#include "runtime/ascii.h"
#include "schemas/event.h"

namespace waybill::control {
namespace {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::WallTime;

// Audiences that the words of a refusal name.
constexpr std::size_t kMostNamed = 3;

// RFC 7515 4.1.9: a media type whose "application/" may be missing; RFC 9068 4 for at+jwt. Another
// type of token, such as one for logging out, has claims that read alike (RFC 8725 3.11).
bool is_type_of_token(std::string_view typ) {
  constexpr std::string_view kApplication = "application/";
  if (runtime::ascii::starts_with(typ, kApplication)) typ.remove_prefix(kApplication.size());
  return runtime::ascii::equal(typ, "JWT") || runtime::ascii::equal(typ, "at+jwt");
}

Explained<void> for_audience(const JwtClaims& claims, const std::string& audience) {
  const auto& named = claims.audiences();
  if (std::find(named.begin(), named.end(), audience) != named.end()) return {};
  std::string why = "the token is for";
  for (std::size_t i = 0; i < std::min(named.size(), kMostNamed); ++i) {
    why += (i == 0 ? " " : ", ") + quoted(named[i]);
  }
  if (named.size() > kMostNamed) {
    why += " and " + std::to_string(named.size() - kMostNamed) + " others";
  }
  return refused(why + ", and " + quoted(audience) + " is asked for");
}

Failure untimely(std::string_view what, NumericDate date, WallTime now) {
  return refused("the token " + std::string(what) + ' ' + schemas::rfc3339(wall_time(date)) +
                 ", and now is " + schemas::rfc3339(now));
}

// RFC 7519 4.1.4 to 4.1.6
Explained<void> in_time(const JwtClaims& claims, NumericDate leeway, WallTime now) {
  const NumericDate at = now.time_since_epoch();
  if (at >= claims.expires_at() + leeway) {
    return untimely("expired at", claims.expires_at(), now);
  }
  if (claims.not_before() && at + leeway < *claims.not_before()) {
    return untimely("is not valid before", *claims.not_before(), now);
  }
  if (claims.issued_at() && at + leeway < *claims.issued_at()) {
    return untimely("is from the future: issued at", *claims.issued_at(), now);
  }
  return {};
}

}  // namespace

Explained<JwtClaims> verify_jwt(std::string_view token, const KeySet& keys, const JwtRules& rules,
                                WallTime now) {
  if (rules.issuer.empty() || rules.audience.empty()) {
    return refused("no issuer or no audience is configured, so no token is taken");
  }
  if (token.size() > rules.longest) {
    return Failure{Errc::limit_exceeded, "the token has " + std::to_string(token.size()) +
                                             " octets, more than " + std::to_string(rules.longest)};
  }
  const auto jws = parse_jws(token, rules.allowed);
  if (!jws) return jws.error();
  if (jws->typ && !is_type_of_token(*jws->typ)) {
    return refused("the token is of the type " + quoted(*jws->typ) +
                   ", and JWT or at+jwt is asked for");
  }
  auto claims = JwtClaims::read(jws->payload);
  if (!claims) return claims.error();
  // The keys are those of one issuer: another's token is no reason to fetch them again.
  if (claims->issuer() != rules.issuer) {
    return refused("the token is of the issuer " + quoted(claims->issuer()) + ", and " +
                   quoted(rules.issuer) + " is asked for");
  }
  if (const auto signed_by_issuer = check_signature(*jws, keys); !signed_by_issuer) {
    return signed_by_issuer.error();
  }
  if (const auto for_us = for_audience(*claims, rules.audience); !for_us) return for_us.error();
  if (const auto timely = in_time(*claims, rules.leeway, now); !timely) return timely.error();
  return claims;
}

}  // namespace waybill::control
