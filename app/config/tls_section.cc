// [tls] and [next_hops."their.domain"]: how connections are protected, ours and those to next hops,
// and where the latter leave from.

#include <set>
#include <string>

#include "app/config/endpoint_text.h"
#include "app/config/sections.h"
#include "schemas/target.h"

namespace waybill::app {

using relay::forward::kTlsLevels;
using relay::forward::TlsLevel;

namespace {

constexpr std::string_view kEndpoint = "\"ip:port\" such as \"0.0.0.0:465\"";

void read_listen(TomlReader& reader, Config& config) {
  if (reader.find("listen") == nullptr) return;
  for (const WrittenText& text : reader.texts("listen")) {
    const auto at = parse_endpoint(text.value);
    if (!at) {
      reader.expected(text, kEndpoint);
    } else if (takes_mail_at(config, *at)) {
      reader.expected(text, "an address that is in no other list");
    } else {
      config.tls.listen.push_back(*at);
    }
  }
}

// Each certificate has its key at the same place of the other list.
void read_certificates(TomlReader& reader, TlsConfig& tls) {
  const toml::node* const certificate = reader.find("certificate");
  const toml::node* const key = reader.find("key");
  if (certificate == nullptr && key == nullptr) return;
  if (certificate == nullptr || key == nullptr) {
    const bool lacks_key = key == nullptr;
    reader.expected(lacks_key ? *certificate : *key, reader.name(lacks_key ? "certificate" : "key"),
                    lacks_key ? "key beside it" : "certificate beside it");
    return;
  }
  const auto chains = reader.texts("certificate");
  const auto keys = reader.texts("key");
  if (chains.size() != keys.size()) {
    reader.expected(*key, reader.name("key"), "as many as there are certificates");
    return;
  }
  for (std::size_t i = 0; i < chains.size(); ++i) {
    tls.certificates.push_back({std::string(chains[i].value), std::string(keys[i].value)});
  }
}

}  // namespace

std::optional<std::string> next_hop_name(std::string_view key) {
  const auto target = schemas::Target::parse("postmaster@" + std::string(key));
  if (!target || target->port()) return std::nullopt;
  return target->address().domain();
}

std::optional<TlsLevel> read_level(TomlReader& reader, std::string_view key, const Config& config) {
  const auto choice = reader.choice(key, kTlsLevels);
  if (!choice) return std::nullopt;
  const auto level = static_cast<TlsLevel>(*choice);
  // Nothing would ever be secure, and no mail would leave.
  if (level == TlsLevel::dane && !config.dnssec) {
    reader.expected(*reader.find(key), reader.name(key), "dns.dnssec = true beside it");
  }
  return level;
}

void read_tls(TomlReader& reader, Config& config) {
  read_certificates(reader, config.tls);
  read_listen(reader, config);
  if (const auto level = read_level(reader, "to_next_hops", config)) {
    config.tls.to_next_hops = *level;
  }
  read_path(reader, "ca", config.tls.ca);
  if (const auto mta_sts = reader.boolean("mta_sts")) config.tls.mta_sts = *mta_sts;
  if (const toml::table* const table = reader.table("report")) {
    TomlReader report(*table, reader.name("report"), reader.complaints());
    read_tls_report(report, config);
    report.no_others();
  }
}

void read_next_hops(TomlReader& reader, Config& config) {
  std::set<std::string> seen;
  reader.each_table([&](const toml::key& key, TomlReader& one) {
    const auto name = next_hop_name(key.str());
    if (!name) {
      reader.complain(
          key.source().begin, reader.name(key.str()),
          "expected the domain of a target such as \"example.org\", or an address literal such as "
          "\"[192.0.2.1]\" or \"[IPv6:2001:db8::1]\"");
      return;
    }
    if (!seen.insert(*name).second) {
      reader.complain(key.source().begin, reader.name(key.str()),
                      "the same domain as another one here");
    }
    if (const auto level = read_level(one, "tls", config)) {
      config.tls.by_domain.emplace(*name, *level);
    }
    const auto source = read_source(one);
    if (source != relay::forward::Source()) config.limits.sources.by_domain.emplace(*name, source);
    take_login(one, *name, read_login(one), config);
    one.no_others();
  });
}

}  // namespace waybill::app
