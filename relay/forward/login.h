// Login: what one next hop, or several of one provider, know this relay by (RFC 4954); and
// CurrentLogins: those of now, by the domain of a target.
//
// A host that has refused a login is not asked with it again for kLoginRest: providers count wrong
// passwords, and lock out whoever tries many. A file of secrets that has changed makes another
// Login, which no host has refused yet. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/smtp/sasl_client.h"
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

  // `host` refused it at `now`, for a reason that is good for a log. True: not before, of late.
  bool note_refused(const std::string& host, std::string why, runtime::Instant now) const;
  // Why `host` is not to be asked now; nullopt: it may be.
  std::optional<std::string> refused_by(const std::string& host, runtime::Instant now) const;

 private:
  static std::uint64_t next_number();

  struct Refusal {
    runtime::Instant until;
    std::string why;
  };

  const smtp::Credentials credentials_;
  const std::vector<smtp::Mechanism> mechanisms_;
  const std::uint64_t number_ = next_number();
  mutable runtime::Mutex mutex_;
  mutable std::map<std::string, Refusal, std::less<>> refusals_ WAYBILL_GUARDED_BY(mutex_);
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
