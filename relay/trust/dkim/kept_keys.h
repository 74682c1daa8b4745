// KeptKeys: key records as they were read before, by their text. A key that is in use is read once,
// and not for each message: to read one takes as long as to verify with it.
//
// What it gives depends on the text alone, so nothing in it can be out of date: for how long a text
// is a domain's key, its TTL in front of it says (caching_resolver.h). kMaxKeptKeys at most, beyond
// which it begins anew. Belongs to one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "relay/trust/dkim/key_record.h"

namespace waybill::relay::trust::dkim {

// A record of an RSA key of 2048 bits takes some 3 KiB.
inline constexpr std::size_t kMaxKeptKeys = 1000;

class KeptKeys {
 public:
  // nullptr: not a key record.
  std::shared_ptr<const KeyRecord> read(const std::string& text);
  std::size_t size() const { return records_.size(); }

 private:
  std::unordered_map<std::string, std::shared_ptr<const KeyRecord>> records_;
};

}  // namespace waybill::relay::trust::dkim
