// Login: what one next hop, or several of one provider, know this relay by (RFC 4954); and
// CurrentLogins: those of now, by the domain of a target.
//
// Providers count wrong passwords, and lock out whoever tries many. So a host that has refused a
// login is not asked with it again for kLoginRest, nor for kLoginPause one that put it off; and as
// long as a host has not taken it, one connection tries it alone. A file of secrets that has
// changed makes another Login, which no host has refused yet. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relay/smtp/sasl_client.h"
#include "runtime/endpoint.h"
#include "runtime/mutex.h"
#include "runtime/time.h"

namespace waybill::relay::forward {

class Login {
 public:
  // `mechanisms`: those that may be used, the strongest first.
  Login(smtp::Credentials credentials, std::vector<smtp::Mechanism> mechanisms)
      : credentials_(std::move(credentials)), mechanisms_(std::move(mechanisms)) {}
  Login(const Login&) = delete;
  Login& operator=(const Login&) = delete;

  const smtp::Credentials& credentials() const { return credentials_; }
  const std::vector<smtp::Mechanism>& mechanisms() const { return mechanisms_; }

  // The strongest mechanism that may be used and is among those; nullopt: none is.
  std::optional<smtp::Mechanism> strongest_of(const std::vector<smtp::Mechanism>& offered) const;

  // No two logins have the same: connections by one are not lent to another.
  std::uint64_t number() const { return number_; }

  // Leave to try it at a host; ends with it.
  class Trial {
   public:
    explicit Trial(std::function<void()> end) : end_(std::move(end)) {}
    Trial(Trial&& other) noexcept : end_(std::exchange(other.end_, nullptr)) {}
    Trial& operator=(Trial&&) = delete;
    ~Trial() {
      if (end_) end_();
    }

   private:
    std::function<void()> end_;
  };
  // nullopt: another connection tries it there, and nobody knows yet what the host thinks of it.
  // `at`: the host's address that is dialled; one that hangs keeps nobody from the others. The
  // login outlives the trial.
  std::optional<Trial> try_at(const std::string& host, const runtime::Endpoint& at) const;
  void note_taken(const std::string& host) const;
  // `host` refused it at `now`, for a reason that is good for a log. True: not before, of late.
  bool note_refused(const std::string& host, std::string why, runtime::Instant now) const;
  // `host` could not judge it then.
  void note_put_off(const std::string& host, std::string why, runtime::Instant now) const;
  struct Rest {
    std::string why;
    bool refused = false;  // and not only put off
    friend bool operator==(const Rest&, const Rest&) = default;
  };
  // Why `host` is not to be asked now; nullopt: it may be.
  std::optional<Rest> rests_at(const std::string& host, runtime::Instant now) const;

 private:
  static std::uint64_t next_number();

  struct Until {
    runtime::Instant until;
    Rest rest;
  };
  // True: it was not refused there before, of late.
  bool let_rest(const std::string& host, Until rest, runtime::Instant now) const;

  void end_trial(const runtime::Endpoint& at) const;

  const smtp::Credentials credentials_;
  const std::vector<smtp::Mechanism> mechanisms_;
  const std::uint64_t number_ = next_number();
  mutable runtime::Mutex mutex_;
  mutable std::map<std::string, Until, std::less<>> rests_ WAYBILL_GUARDED_BY(mutex_);
  mutable std::set<std::string, std::less<>> taken_at_ WAYBILL_GUARDED_BY(mutex_);
  mutable std::set<runtime::Endpoint> tried_at_ WAYBILL_GUARDED_BY(mutex_);  // now
};

using Logins = std::map<std::string, std::shared_ptr<const Login>, std::less<>>;

class CurrentLogins {
 public:
  // `domain`: of the target, in lower case; "[192.0.2.1]" of an address literal. nullptr: none.
  std::shared_ptr<const Login> of(std::string_view domain) const {
    const auto logins = get();
    const auto found = logins->find(domain);
    return found == logins->end() ? nullptr : found->second;
  }
  std::shared_ptr<const Logins> get() const {
    const runtime::MutexLock lock(mutex_);
    return logins_;
  }
  void set(Logins logins) {
    auto fresh = std::make_shared<const Logins>(std::move(logins));
    const runtime::MutexLock lock(mutex_);
    logins_ = std::move(fresh);
  }

 private:
  mutable runtime::Mutex mutex_;
  std::shared_ptr<const Logins> logins_ WAYBILL_GUARDED_BY(mutex_) =
      std::make_shared<const Logins>();
};

inline const CurrentLogins kNoLogins;

}  // namespace waybill::relay::forward
