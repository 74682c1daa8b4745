#include "app/parts/askers_part.h"

#include <array>
#include <filesystem>

#include "control/askers.h"
#include "control/routes.h"
#include "query/access_record.h"
#include "runtime/durable_file.h"
#include "runtime/hex.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Errc;
using runtime::Explained;

namespace {

// 256 bits: nobody guesses one.
constexpr std::size_t kOwnerOctets = 32;

// One that is there stays: programs may hold it.
Explained<runtime::SharedSecret> owner_secret(const std::string& path, runtime::Chance& chance) {
  std::error_code error;
  // An empty one is what a disk that was full left.
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size == 0) std::filesystem::remove(path, error);
  if (!std::filesystem::exists(path, error)) {
    std::array<std::uint8_t, kOwnerOctets> octets;
    chance.fill(octets);
    const auto made = runtime::create_file(path, runtime::hex(octets) + "\n");
    // Another process of this directory may have been first.
    if (!made && made.error() != Errc::refused) return made.error();
  }
  return runtime::SharedSecret::read(path);
}

}  // namespace

Explained<void> AskersPart::start() {
  const Config& config = process_.config();
  if (has_owner_) {
    auto owner = owner_secret(owner_file(config), *chance_);
    if (!owner) return owner.error();
    owner_ = std::move(*owner);
  }
  if (config.http.certificate) {
    certificate_.emplace(std::vector{*config.http.certificate}, process_.clock());
    if (auto read = certificate_->read(); !read) return read;
  }
  if (has_owner_ && !config.http.oidc.issuer.empty()) {
    auto oidc = OidcKeys::make(config.http.oidc, process_.clock());
    if (!oidc) return oidc.error();
    oidc_ = std::move(*oidc);
    subjects_ = oidc_->subjects();
    oidc_->tick();
  }
  if (!open_log_) {
    tokens_->set_whole();
    return {};
  }
  log_ = open_log_();
  learn_tokens();
  return {};
}

void AskersPart::guard(HttpPart::Site& site) {
  const HttpConfig& http = process_.config().http;
  site.settings.asks_who = true;
  site.guards_metrics =
      !site.settings.listen.address.is_loopback() || http.local == control::LocalMay::nothing;
  if (certificate_) {
    site.settings.tls = certificate_->server();
    // `local` is told from others by the askers themselves.
    site.settings.server.session.hosts = http::Hosts::any;
  }
  site.principals = control::askers(
      {tokens_.get(), &process_.clock(), owner_, subjects_.get()},
      {http.local, static_cast<double>(http.requests_per_second), http.require_reason});
  if (!log_) return;
  if (http.record_access)
    site.access = query::record_accesses(
        {log_->log, &process_.clock(), chance_.get(), &process_.metrics(), process_.config().node});
  control::add_routes(site.router, {tokens_, log_->log, &process_.clock(), process_.config().node});
}

std::optional<std::uint32_t> AskersPart::access_partition() const {
  if (!log_) return std::nullopt;
  return log_->partition;
}

std::shared_ptr<const query::dashboard::SignIn> AskersPart::sign_in() const {
  return oidc_ ? oidc_->sign_in() : nullptr;
}

Explained<Change> AskersPart::reload(const Config&) {
  if (!certificate_) return Change();
  return Change([this] { certificate_->read_again(); });
}

void AskersPart::tick() {
  if (certificate_) certificate_->tick();
  if (oidc_) oidc_->tick();
  if (!tokens_->whole()) learn_tokens();
  tokens_->expire(process_.clock().wall());
}

void AskersPart::learn_tokens() {
  const auto events = log_->tokens();
  if (!events) {
    if (runtime::errc_of(events.error()) == Errc::temporary) return;
    if (std::exchange(said_unreadable_, true)) return;
    runtime::log(runtime::Level::error, "app", "tokens cannot be read: nobody may use one",
                 {{"why", events.error().message()}});
    return;
  }
  for (const schemas::Event& event : *events) {
    const auto taken = tokens_->take(event);
    if (taken) continue;
    runtime::log(runtime::Level::error, "app", "the state of a token cannot be read: it is refused",
                 {{"why", taken.error().why}});
  }
  tokens_->set_whole();
}

}  // namespace waybill::app
