// [providers."name"]: how much each large provider of mail is sent, and which servers are its own.

#include "app/config/number_keys.h"
#include "app/config/sections.h"
#include "schemas/address.h"

namespace waybill::app {
namespace {

using relay::forward::Provider;

// A name is a label of a metric.
constexpr std::size_t kLongestName = 63;
// Each is a series of every answer and rule.
constexpr std::size_t kMostProviders = 100;
constexpr std::int64_t kMostProviderRate = 1'000'000;

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestName || name == "other") return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == name.npos;
}

void read_hosts(TomlReader& reader, Provider& provider) {
  if (reader.find("hosts") == nullptr) return;
  provider.hosts.clear();
  for (const WrittenText& text : reader.texts("hosts")) {
    const auto domain = schemas::normalise_domain(text.value);
    if (domain) {
      provider.hosts.push_back(*domain);
    } else {
      reader.expected(text, "the domain of its mail servers, such as \"google.com\"");
    }
  }
}

void read_rate(TomlReader& reader, Provider& provider) {
  const toml::node* const node = reader.find("rate");
  if (node == nullptr) return;
  const auto rate = node->value_exact<std::int64_t>();
  if (rate && *rate >= 0 && *rate <= kMostProviderRate) {
    provider.rate = static_cast<std::uint32_t>(*rate);
  } else {
    reader.expected(*node, reader.name("rate"), "messages a minute, 0 (no limit) to 1000000");
  }
}

}  // namespace

void read_providers(TomlReader& reader, Config& config) {
  auto& providers = config.limits.providers;
  reader.each_table([&](const toml::key& key, TomlReader& one) {
    const std::string name(key.str());
    if (!is_name(name)) {
      reader.complain(key.source().begin, reader.name(name),
                      "expected a name of small letters, digits, \"-\" and \".\", not \"other\"");
      return;
    }
    const bool is_known = providers.contains(name);
    if (!is_known && providers.size() >= kMostProviders) {
      reader.complain(key.source().begin, reader.name(name), "one provider more than 100");
      return;
    }
    Provider provider;
    provider.rate = relay::forward::kProviderRate;
    if (is_known) provider = providers[name];
    read_hosts(one, provider);
    read_rate(one, provider);
    if (!is_known && one.find("hosts") == nullptr) {
      reader.complain(key.source().begin, reader.name(name),
                      "expected `hosts`: no provider of that name is known");
    }
    one.no_others();
    providers[name] = std::move(provider);
  });
}

}  // namespace waybill::app
