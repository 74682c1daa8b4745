#include "relay/forward/providers.h"

#include <algorithm>

#include "runtime/ascii.h"

namespace waybill::relay::forward {
namespace {

constexpr double kMinutesAnHour = 60;

bool is_below(std::string_view host, std::string_view domain) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() < domain.size()) return false;
  const std::size_t begin = host.size() - domain.size();
  return runtime::ascii::equal(host.substr(begin), domain) &&
         (begin == 0 || host[begin - 1] == '.');
}

}  // namespace

Providers known_providers() {
  const auto with = [](std::vector<std::string> hosts) {
    return Provider{std::move(hosts), kProviderRate};
  };
  return {
      {"apple", with({"icloud.com", "apple.com"})},
      {"comcast", with({"comcast.net"})},
      {"gmx", with({"gmx.net", "web.de"})},
      {"google", with({"google.com", "googlemail.com"})},
      {"mail.ru", with({"mail.ru"})},
      {"microsoft", with({"outlook.com", "hotmail.com", "mx.microsoft"})},
      {"mimecast", with({"mimecast.com"})},
      {"orange", with({"orange.fr", "wanadoo.fr"})},
      {"proofpoint", with({"pphosted.com", "ppe-hosted.com"})},
      {"tencent", with({"qq.com"})},
      {"t-online", with({"t-online.de"})},
      {"yahoo", with({"yahoodns.net"})},
      {"yandex", with({"yandex.net", "yandex.ru"})},
  };
}

std::string_view provider_of(const Providers& providers, std::string_view mx_host) {
  for (const auto& [name, provider] : providers) {
    const bool has = std::any_of(provider.hosts.begin(), provider.hosts.end(),
                                 [&](const auto& domain) { return is_below(mx_host, domain); });
    if (has) return name;
  }
  return {};
}

bool ProviderRates::take(std::string_view mx_host, runtime::Instant now) {
  const std::string_view name = provider_of(providers_, mx_host);
  if (name.empty()) return true;
  const std::uint32_t rate = providers_.find(std::string(name))->second.rate;
  if (rate == 0) return true;
  const double per_hour = rate * kMinutesAnHour;
  const std::chrono::duration<double, std::ratio<60>> burst = kBurst;
  const double most = std::max(1.0, rate * burst.count());
  const runtime::MutexLock lock(mutex_);
  const auto [sent, is_new] = sent_.try_emplace(name, runtime::LeakyBucket{0, now});
  sent->second.drain(now, per_hour);
  if (sent->second.level + 1 > most) return false;
  sent->second.level += 1;
  return true;
}

void ProviderRates::give_back(std::string_view mx_host, runtime::Instant taken,
                              runtime::Instant now) {
  const std::string_view name = name_of(mx_host);
  const auto provider = providers_.find(std::string(name));
  if (provider == providers_.end()) return;
  const double per_hour = provider->second.rate * kMinutesAnHour;
  const double left = runtime::LeakyBucket{1, taken}.level_at(now, per_hour);
  const runtime::MutexLock lock(mutex_);
  const auto sent = sent_.find(name);
  if (sent == sent_.end()) return;
  sent->second.drain(now, per_hour);
  sent->second.level = std::max(0.0, sent->second.level - left);
}

}  // namespace waybill::relay::forward
