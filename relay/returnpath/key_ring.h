// KeyRing: the secrets that return paths are signed with. The newest signs; every one of them is
// still believed, so that a rotation makes no bounce homeless. Values; any thread.
//
// The file, a key a line, newest first, "#" comments:
//     7 3fa9...  (id 0..31 in decimal, 64 hexadecimal digits)
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/chance.h"
#include "runtime/failure.h"
#include "runtime/mutex.h"

namespace waybill::relay::returnpath {

inline constexpr std::size_t kSecretOctets = 32;  // as long as what HMAC-SHA-256 gives
// Ids have 5 bits of a token's first octet.
inline constexpr int kKeyIds = 32;
// Current and previous: a rotation is to be followed by another only after the longest window.
inline constexpr std::size_t kMaxKeys = 2;

struct Key {
  int id = 0;
  std::string secret;  // kSecretOctets
};

class KeyRing {
 public:
  // One fresh key.
  static KeyRing fresh(runtime::Chance& chance);
  // Errc::invalid; the words name the line and what was expected.
  static runtime::Explained<KeyRing> parse(std::string_view text);

  // A fresh key in front; the oldest beyond kMaxKeys goes.
  KeyRing rotated(runtime::Chance& chance) const;

  std::string text() const;
  const Key& current() const { return keys_.front(); }
  const Key* find(int id) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::vector<Key> keys_;  // at least one, ids distinct
};

// The ring in force: replaced whole by a reload. Any thread.
class CurrentKeys {
 public:
  explicit CurrentKeys(KeyRing ring) : ring_(std::make_shared<const KeyRing>(std::move(ring))) {}
  std::shared_ptr<const KeyRing> get() const {
    const runtime::MutexLock lock(mutex_);
    return ring_;
  }
  void set(KeyRing ring) {
    auto fresh = std::make_shared<const KeyRing>(std::move(ring));
    const runtime::MutexLock lock(mutex_);
    ring_ = std::move(fresh);
  }

 private:
  mutable runtime::Mutex mutex_;
  std::shared_ptr<const KeyRing> ring_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::relay::returnpath
