#include "app/parts/logins_part.h"

#include "app/roles/look_again.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/secret_file.h"

namespace waybill::app {

namespace fs = std::filesystem;
using relay::forward::Login;
using runtime::Explained;
using runtime::Level;

namespace {

Explained<std::string> secret_of(const LoginConfig& config) {
  return runtime::read_secret_line(config.file, relay::smtp::kMaxAuthSecret);
}

std::shared_ptr<const Login> login_of(const LoginConfig& config, std::string secret) {
  relay::smtp::Credentials credentials{config.user, std::move(secret)};
  return std::make_shared<const Login>(std::move(credentials), config.mechanisms);
}

}  // namespace

Explained<void> LoginsPart::start() {
  written_ = written();
  for (const auto& [domain, config] : process_.config().logins) {
    if (read_.contains(config)) continue;
    auto secret = secret_of(config);
    if (!secret) return secret.error();
    read_.emplace(config, login_of(config, std::move(*secret)));
  }
  publish();
  return {};
}

LoginsPart::Written LoginsPart::written() const {
  Written out;
  for (const auto& [domain, config] : process_.config().logins) {
    std::error_code error;
    out[config.file] = fs::last_write_time(config.file, error);
  }
  return out;
}

void LoginsPart::publish() {
  relay::forward::Logins out;
  for (const auto& [domain, config] : process_.config().logins) {
    out.emplace(domain, read_.at(config));
  }
  logins_.set(std::move(out));
}

Explained<Change> LoginsPart::reload(const Config&) {
  return Change([this] {
    unreadable_.clear();
    read_again();
  });
}

void LoginsPart::read_again() {
  written_ = written();
  for (auto& [config, login] : read_) {
    auto secret = secret_of(config);
    if (!secret) {
      complain(config.file, secret.error().why);
      continue;
    }
    unreadable_.erase(config.file);
    // The same login goes on with its connections.
    if (*secret == login->credentials().secret) continue;
    login = login_of(config, std::move(*secret));
    log(Level::info, "app", "the secret of a login at next hops has changed",
        {{"user", config.user}, {"file", config.file}});
  }
  publish();
}

// Once, and not every ten seconds.
void LoginsPart::complain(const std::string& file, const std::string& why) {
  std::string& said = unreadable_[file];
  if (said == why) return;
  said = why;
  log(Level::warn, "app",
      "the secret of a login at next hops cannot be read; the one before stays in force",
      {{"file", file}, {"why", why}});
}

void LoginsPart::tick() {
  const runtime::Instant now = process_.clock().now();
  if (now < look_again_) return;
  look_again_ = now + kLookEvery;
  if (!unreadable_.empty() || written() != written_) read_again();
}

}  // namespace waybill::app
