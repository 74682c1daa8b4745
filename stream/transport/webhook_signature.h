// Signatures of Standard Webhooks (standard-webhooks 1.0, "v1"): HMAC-SHA-256 over the id, the time
// and the octets of the body. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/failure.h"
#include "runtime/time.h"

namespace waybill::stream {

class WebhookSecret {
 public:
  // "whsec_" and 24 to 64 octets in base64 (RFC 4648 4). Errc::invalid; the words do not hold it.
  static runtime::Explained<WebhookSecret> parse(std::string_view text);

  // "v1,<base64>". `id` has no point in it.
  std::string sign(std::string_view id, std::int64_t seconds, std::string_view body) const;

 private:
  explicit WebhookSecret(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

// The value of webhook-signature: one of each secret, parted by spaces.
std::string webhook_signatures(const std::vector<WebhookSecret>& secrets, std::string_view id,
                               std::int64_t seconds, std::string_view body);

}  // namespace waybill::stream
