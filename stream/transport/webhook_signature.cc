#include "stream/transport/webhook_signature.h"

#include <algorithm>

#include "runtime/base64.h"
#include "runtime/base64url.h"
#include "runtime/crypto.h"

namespace waybill::stream {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kLeastKey = 24;  // octets; receivers refuse others
constexpr std::size_t kMostKey = 64;

}  // namespace

Explained<WebhookSecret> WebhookSecret::parse(std::string_view text) {
  const Failure none{Errc::invalid,
                     "no secret of a webhook: expected whsec_ and 24 to 64 octets in base64"};
  if (!text.starts_with(kPrefix)) return none;
  std::string digits(text.substr(kPrefix.size()));
  // The same digits but for two (RFC 4648 5), and padded.
  if (digits.find_first_of("-_") != std::string::npos) return none;
  std::replace(digits.begin(), digits.end(), '+', '-');
  std::replace(digits.begin(), digits.end(), '/', '_');
  while (digits.ends_with('=') && digits.size() % 4 != 1) digits.pop_back();
  auto key = runtime::from_base64url(digits);
  if (!key || key->size() < kLeastKey || key->size() > kMostKey) return none;
  return WebhookSecret(std::move(*key));
}

std::string WebhookSecret::sign(std::string_view id, std::int64_t seconds,
                                std::string_view body) const {
  std::string signed_text(id);
  signed_text.append(".").append(std::to_string(seconds)).append(".").append(body);
  const runtime::Digest digest = runtime::hmac_sha256(key_, signed_text);
  return "v1," +
         runtime::encode_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string webhook_signatures(const std::vector<WebhookSecret>& secrets, std::string_view id,
                               std::int64_t seconds, std::string_view body) {
  std::string out;
  for (const WebhookSecret& secret : secrets) {
    if (!out.empty()) out += ' ';
    out += secret.sign(id, seconds, body);
  }
  return out;
}

}  // namespace waybill::stream
