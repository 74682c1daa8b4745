// CurrentSigningKeys: what our domains sign with now. A reload, or files that changed, swap it; a
// message that is being signed goes on with the old ones.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relay/trust/dkim/sign.h"
#include "runtime/mutex.h"

namespace waybill::relay::trust::dkim {

// By domain; a message bears a signature of each key of its domain, in this order from the top.
using SigningKeys = std::map<std::string, std::vector<SigningKey>, std::less<>>;

// Any thread.
class CurrentSigningKeys {
 public:
  // None: that domain does not sign.
  std::vector<SigningKey> of(std::string_view domain) const {
    const auto keys = get();
    const auto found = keys->find(domain);
    return found == keys->end() ? std::vector<SigningKey>() : found->second;
  }
  std::shared_ptr<const SigningKeys> get() const {
    const runtime::MutexLock lock(mutex_);
    return keys_;
  }
  void set(SigningKeys keys) {
    auto fresh = std::make_shared<const SigningKeys>(std::move(keys));
    const runtime::MutexLock lock(mutex_);
    keys_ = std::move(fresh);
  }

 private:
  mutable runtime::Mutex mutex_;
  std::shared_ptr<const SigningKeys> keys_ WAYBILL_GUARDED_BY(mutex_) =
      std::make_shared<const SigningKeys>();
};

}  // namespace waybill::relay::trust::dkim
