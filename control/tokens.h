// Tokens: every token there is, folded from the control log. Any thread.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/token.h"
#include "runtime/mutex.h"

namespace waybill::control {

class Tokens {
 public:
  // Until then nobody can say which tokens there are.
  bool whole() const { return whole_.load(std::memory_order_acquire); }
  void set_whole() { whole_.store(true, std::memory_order_release); }

  // The event of a token that became durable. One that is older than what is known changes nothing,
  // nor does one of anything else. Errc::invalid: it cannot be read, and nobody may use the token.
  runtime::Explained<void> take(const schemas::Event& event);

  // Ends what is under way for tokens whose time is over. Now and then.
  void expire(runtime::WallTime now);

  // In the order of their creation.
  std::vector<TokenState> all() const;
  std::optional<TokenState> find(std::string_view id) const;

  // Who shows `text`; null: nobody, now.
  std::shared_ptr<const schemas::Principal> shown_by(std::string_view text,
                                                     runtime::WallTime now) const;

 private:
  struct Known {
    TokenState state;
    std::shared_ptr<const schemas::Principal> principal;
    std::shared_ptr<std::atomic<bool>> over;
  };

  std::atomic<bool> whole_{false};
  mutable runtime::Mutex mutex_;
  std::map<std::string, Known, std::less<>> known_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::control
