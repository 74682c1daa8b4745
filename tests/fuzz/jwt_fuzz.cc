// Any octets as a token, and as the claims of one: refused, or what is read keeps its promises. The
// keys are those of RFC 7515 A.2 and A.3 and of RFC 8037 A.1, the last of which has signed the good
// tokens of the corpus.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "control/jwt/claims.h"
#include "control/jwt/jws.h"
#include "control/jwt/jwt.h"
#include "runtime/base64url.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of few functions

namespace {

using runtime::check;

const control::KeySet& published_keys() {
  static const control::KeySet keys = *control::KeySet::parse(
      R"({"keys":[{"kty":"RSA","kid":"rsa","n":")"
      "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0"
      "Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXnd"
      "S5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5Ihl"
      "JH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
      R"(","e":"AQAB"},{"kty":"EC","kid":"p256","crv":"P-256",)"
      R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
      R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},)"
      R"({"kty":"OKP","kid":"ed25519","crv":"Ed25519",)"
      R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
  return keys;
}

void claims_keep_their_promises(const control::JwtClaims& claims) {
  check(!claims.subject().empty() && claims.subject().size() <= control::kLongestSubject,
        "a subject is named");
  check(!claims.audiences().empty(), "an audience is named");
  // The year of the end can be added to.
  check(claims.expires() + std::chrono::hours(24 * 365) > claims.expires(), "an end is a date");
  for (const auto& [name, value] : claims.all()) {
    const auto texts = control::texts_at(claims, std::string_view(name));
    if (name == "sub") check(texts.size() == 1 && texts[0] == claims.subject(), "sub is found");
    if (name == "scope") {
      for (const std::string& text : texts) {
        check(!value.is_string() || (!text.empty() && text.find(' ') == std::string::npos),
              "scopes are parted");
      }
    }
  }
}

void jws_keeps_its_promises(const control::CompactJws& jws, std::string_view token) {
  check(token.starts_with(jws.signing_input) && token[jws.signing_input.size()] == '.',
        "what is signed is the token's front");
  check(jws.signing_input.ends_with('.' + runtime::to_base64url(jws.payload)),
        "a payload has one text");
  check(token.ends_with('.' + runtime::to_base64url(jws.signature)), "a signature has one text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  control::JwtRules rules;
  rules.issuer = "https://issuer.test";
  rules.audience = "waybill";
  const runtime::WallTime now{std::chrono::seconds(1'800'000'000)};

  const auto jws = control::parse_jws(text, rules.allowed);
  if (jws) jws_keeps_its_promises(*jws, text);
  const auto claims = control::verify_jwt(text, published_keys(), rules, now);
  if (claims) {
    check(jws.has_value() && jws->algorithm == control::JwsAlgorithm::eddsa,
          "nobody else can sign");
    check(claims->issuer() == rules.issuer, "the issuer is the rules'");
    const auto& named = claims->audiences();
    check(std::find(named.begin(), named.end(), rules.audience) != named.end(), "it is for us");
    check(claims->expires() > now - rules.leeway, "it is in its time");
  } else {
    check(!claims.error().why.empty(), "a refusal says why");
  }
  if (const auto read = control::JwtClaims::read(text)) claims_keep_their_promises(*read);
  return 0;
}
