#include "app/parts/dkim_part.h"

#include "app/dkim/key_directory.h"
#include "app/roles/look_again.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::app {

namespace fs = std::filesystem;
using relay::trust::dkim::SigningKey;
using relay::trust::dkim::SigningKeys;
using runtime::Explained;
using runtime::Level;

namespace {

std::vector<std::string> domains_of(const Config& config) {
  std::vector<std::string> out;
  for (const auto& [name, domain] : config.routes->domains()) out.push_back(name);
  return out;
}

std::string selectors_of(const std::vector<SigningKey>& keys) {
  std::string out;
  for (const SigningKey& key : keys) out += (out.empty() ? "" : ", ") + key.selector;
  return out.empty() ? "none" : out;
}

bool are_same(const std::vector<SigningKey>& a, const std::vector<SigningKey>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.selector == y.selector && x.key->public_octets() == y.key->public_octets();
  });
}

}  // namespace

Explained<void> DkimPart::start() {
  directory_ = dkim_directory(process_.config());
  domains_ = domains_of(process_.config());
  written_ = written();
  SigningKeys read;
  for (const std::string& domain : domains_) {
    auto keys = read_signing_keys(directory_, domain);
    if (!keys) return keys.error();
    if (!keys->empty()) read.emplace(domain, std::move(*keys));
  }
  if (!read.empty()) {
    log(Level::info, "app", "domains of ours sign with DKIM",
        {{"domains", std::uint64_t{read.size()}}, {"directory", directory_}});
  }
  keys_.set(std::move(read));
  return {};
}

DkimPart::Written DkimPart::written() const {
  Written out;
  for (const std::string& domain : domains_) {
    const auto files = dkim_key_files(directory_, domain);
    if (!files) continue;
    for (const DkimKeyFile& file : *files) {
      std::error_code error;
      out.emplace_back(file.path, fs::last_write_time(file.path, error));
    }
  }
  return out;
}

Explained<Change> DkimPart::reload(const Config& fresh) {
  return Change([this, domains = domains_of(fresh)] {
    domains_ = domains;
    unreadable_.clear();
    read_again();
  });
}

void DkimPart::read_again() {
  written_ = written();
  SigningKeys read;
  for (const std::string& domain : domains_) {
    const std::vector<SigningKey> before = keys_.of(domain);
    auto keys = read_signing_keys(directory_, domain);
    if (!keys) {
      complain(domain, keys.error().why);
      if (!before.empty()) read.emplace(domain, before);
      continue;
    }
    unreadable_.erase(domain);
    if (!are_same(before, *keys)) {
      log(Level::info, "app", "the DKIM keys of a domain have changed",
          {{"domain", domain}, {"sign", selectors_of(*keys)}});
    }
    if (!keys->empty()) read.emplace(domain, std::move(*keys));
  }
  keys_.set(std::move(read));
}

// Once, and not every ten seconds.
void DkimPart::complain(const std::string& domain, const std::string& why) {
  std::string& said = unreadable_[domain];
  if (said == why) return;
  said = why;
  log(Level::warn, "app", "the DKIM keys of a domain cannot be read; those before stay in force",
      {{"domain", domain}, {"why", why}});
}

void DkimPart::tick() {
  const runtime::Instant now = process_.clock().now();
  if (now < look_again_) return;
  look_again_ = now + kLookEvery;
  if (!unreadable_.empty() || written() != written_) read_again();
}

}  // namespace waybill::app
