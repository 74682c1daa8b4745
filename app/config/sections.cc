#include "app/config/sections.h"

#include <algorithm>
#include <array>

#include "app/config/endpoint_text.h"
#include "app/config/number_keys.h"
#include "app/config/quantity.h"
#include "relay/message/spool.h"

namespace waybill::app {

using runtime::Endpoint;

namespace {

// A node's name is in every event and every metric: short, and without what a shell or URL quotes.
constexpr std::size_t kMaxNode = 64;

constexpr std::uint16_t kDnsPort = 53;

bool is_node_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return name.size() <= kMaxNode && std::all_of(name.begin(), name.end(), fits);
}

void read_names(TomlReader& reader, Config& config) {
  if (const auto host_name = reader.text("host_name")) {
    if (auto normal = schemas::normalise_domain(host_name->value)) {
      config.host_name = std::move(*normal);
    } else {
      reader.expected(*host_name, "a host name such as \"mx.example.org\"");
    }
  }
  config.node = config.host_name;
  if (const auto node = reader.text("node")) {
    if (is_node_name(node->value)) {
      config.node = node->value;
    } else {
      reader.expected(*node, "at most 64 letters, digits, \"-\", \"_\" and \".\"");
    }
  }
  if (const auto user = reader.text("user")) config.user = user->value;
  read_path(reader, "data_dir", config.data_dir);
  read_path(reader, "key_file", config.key_file);
  read_path(reader, "dkim_dir", config.dkim_dir);
}

void read_smtp_listen(TomlReader& reader, Config& config) {
  std::vector<Endpoint> listen;
  for (const WrittenText& text : reader.texts("listen")) {
    const auto at = parse_endpoint(text.value);
    if (!at) {
      reader.expected(text, "\"ip:port\" such as \"127.0.0.1:2525\" or \"[::1]:2525\"");
    } else if (at->port != 0 && std::find(listen.begin(), listen.end(), *at) != listen.end()) {
      reader.expected(text, "every address once");
    } else {
      listen.push_back(*at);
    }
  }
  if (!listen.empty()) config.smtp_listen = std::move(listen);
}

}  // namespace

void read_path(TomlReader& reader, std::string_view key, std::string& path) {
  const auto text = reader.text(key);
  if (!text) return;
  if (text->value.find('\0') == std::string_view::npos) {
    path = text->value;
  } else {
    reader.expected(*text, "a path");
  }
}

relay::forward::Source read_source(TomlReader& reader) {
  relay::forward::Source out;
  if (reader.find("source") == nullptr) return out;
  for (const WrittenText& text : reader.texts("source")) {
    const auto address = runtime::ip_of(std::string(text.value));
    const bool fits = address && !address->is_unspecified() && !address->is_multicast() &&
                      text.value.find('%') == std::string_view::npos;
    if (!fits) {
      reader.expected(text, "an IP address of this host, such as \"192.0.2.10\"");
    } else if (out.of_family(*address)) {
      reader.expected(text, "one address of each family at most");
    } else {
      (address->is_v4() ? out.v4 : out.v6) = *address;
    }
  }
  return out;
}

void read_networks(TomlReader& reader, std::string_view key,
                   std::vector<runtime::Network>& networks) {
  if (reader.find(key) == nullptr) return;
  for (const WrittenText& text : reader.texts(key)) {
    if (const auto network = runtime::network_of(text.value)) {
      networks.push_back(*network);
    } else {
      reader.expected(text,
                      "an IP address or a network such as \"192.0.2.1\", \"10.0.0.0/8\" or "
                      "\"2001:db8::/32\"");
    }
  }
}

bool takes_mail_at(const Config& config, const Endpoint& at) {
  const auto in = [&](const std::vector<Endpoint>& all) {
    return std::find(all.begin(), all.end(), at) != all.end();
  };
  return at.port != 0 && (in(config.smtp_listen) || in(config.tls.listen));
}

void read_server(TomlReader& reader, Config& config) {
  read_names(reader, config);
  // Known from here; its value is read once the domains are (config.cc).
  (void)reader.find("postmaster");
  read_smtp_listen(reader, config);
  read_networks(reader, "proxy_from", config.limits.proxy_from);
  config.limits.sources.by_default = read_source(reader);
  read_numbers(reader, "server", config);
  // In the order of the enumerations.
  constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warn", "error"};
  if (const auto level = reader.choice("log_level", kLevels)) {
    config.log_level = static_cast<runtime::Level>(*level);
  }
  if (const auto each = reader.boolean("log_transactions")) config.limits.log_transactions = *each;
  constexpr std::array<std::string_view, 2> kFormats = {"text", "json"};
  if (const auto format = reader.choice("log_format", kFormats)) {
    config.log_format = static_cast<runtime::LogFormat>(*format);
  }
}

void read_limits(TomlReader& reader, Config& config) {
  read_numbers(reader, "limits", config);
  const toml::node* per_client = reader.find("max_sessions_per_client");
  if (config.limits.max_sessions_per_client > config.limits.max_sessions) {
    if (per_client != nullptr) {
      reader.expected(*per_client, reader.name("max_sessions_per_client"),
                      "at most max_sessions (" + std::to_string(config.limits.max_sessions) + ")");
    }
    config.limits.max_sessions_per_client = config.limits.max_sessions;
  }
  // With less, no message of that size could ever be taken.
  const std::uint64_t one = config.limits.held_of_message() + relay::message::kSpoolFileMemory;
  const toml::node* memory = reader.find("max_memory");
  if (config.limits.max_memory < one) {
    if (memory != nullptr) {
      reader.expected(*memory, reader.name("max_memory"),
                      "at least memory_per_message and 512 KiB (" + octets_text(one) + ")");
    }
    config.limits.max_memory = one;
  }
  const toml::node* spool = reader.find("max_spool");
  const std::uint64_t largest = config.limits.smtp.max_message_octets;
  // A size that was announced (RFC 1870) and can never be taken makes senders retry for days.
  if (spool != nullptr && config.limits.max_spool < largest &&
      config.limits.held_of_message() < largest) {
    reader.expected(*spool, reader.name("max_spool"),
                    "at least max_message_size (" + octets_text(largest) + ")");
  }
}

void read_journal(TomlReader& reader, Config& config) { read_numbers(reader, "journal", config); }
void read_views(TomlReader& reader, Config& config) { read_numbers(reader, "views", config); }

namespace {

void read_http_certificate(TomlReader& reader, HttpConfig& http) {
  runtime::CertificateFiles files;
  read_path(reader, "certificate", files.chain);
  read_path(reader, "key", files.key);
  if (files.chain.empty() && files.key.empty()) return;
  if (!files.chain.empty() && !files.key.empty()) {
    http.certificate = std::move(files);
    return;
  }
  const char* const lacks = files.key.empty() ? "key" : "certificate";
  const char* const has = files.key.empty() ? "certificate" : "key";
  reader.expected(*reader.find(has), reader.name(has), std::string(lacks) + " beside it");
}

void read_require_reason(TomlReader& reader, HttpConfig& http) {
  for (const WrittenText& name : reader.texts("require_reason")) {
    if (name.value == control::kEveryDomain) {
      http.require_reason.emplace(name.value);
    } else if (auto domain = schemas::normalise_domain(name.value)) {
      http.require_reason.insert(std::move(*domain));
    } else {
      reader.expected(name, "a domain of ours, or \"*\" for all");
    }
  }
  if (http.require_reason.empty() || http.record_access) return;
  reader.expected(*reader.find("require_reason"), reader.name("require_reason"),
                  "record_access = true: a reason is for the record");
}

}  // namespace

void read_http(TomlReader& reader, Config& config) {
  read_numbers(reader, "http", config);
  read_http_certificate(reader, config.http);
  if (const auto local = reader.choice("local", control::kLocalMay)) {
    config.http.local = static_cast<control::LocalMay>(*local);
  }
  if (const auto record = reader.boolean("record_access")) config.http.record_access = *record;
  read_require_reason(reader, config.http);
  if (const toml::table* const table = reader.table("oidc")) {
    TomlReader oidc(*table, reader.name("oidc"), reader.complaints());
    read_oidc(oidc, config.http.oidc);
    oidc.no_others();
  }
  const auto listen = reader.text("listen");
  if (!listen) return;
  const auto at = parse_endpoint(listen->value);
  if (!at) {
    reader.expected(*listen, "\"ip:port\" such as \"127.0.0.1:8025\"");
  } else if (!at->address.is_loopback() && !config.http.certificate) {
    reader.expected(*listen,
                    "a loopback address, or http.certificate and http.key beside it (tokens and "
                    "history would cross the network in clear)");
  } else if (takes_mail_at(config, *at)) {
    reader.expected(*listen, "an address that is not in server.listen or tls.listen");
  } else {
    config.http_listen = *at;
  }
}

void read_dns(TomlReader& reader, Config& config) {
  for (const WrittenText& text : reader.texts("servers")) {
    const auto at = parse_endpoint(text.value, kDnsPort);
    if (!at || at->port == 0) {
      reader.expected(text, "\"ip\" or \"ip:port\" such as \"127.0.0.1:5353\"");
      continue;
    }
    // libunbound's spelling.
    config.dns_servers.push_back(at->address.to_string() + "@" + std::to_string(at->port));
  }
  if (const auto dnssec = reader.boolean("dnssec")) config.dnssec = *dnssec;
  read_path(reader, "trust_anchor", config.dns_trust_anchor);
}

}  // namespace waybill::app
