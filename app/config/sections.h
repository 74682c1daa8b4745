// The sections of the file whose values are no plain numbers, and what holds between sections.
#pragma once

#include <vector>

#include "app/config/config.h"
#include "app/config/toml_reader.h"

namespace waybill::app {

// Each reads its section, numbers too, into `config`. A section that is absent leaves the defaults.
void read_server(TomlReader& reader, Config& config);
void read_limits(TomlReader& reader, Config& config);
void read_journal(TomlReader& reader, Config& config);
void read_views(TomlReader& reader, Config& config);
void read_tls(TomlReader& reader, Config& config);  // tls_section.cc, both
void read_next_hops(TomlReader& reader, Config& config);
void read_providers(TomlReader& reader, Config& config);   // providers_section.cc
void read_smarthost(TomlReader& reader, Config& config);   // login_keys.cc
void read_tls_report(TomlReader& reader, Config& config);  // tls_report_section.cc
void read_door(TomlReader& reader, Config& config);        // door_section.cc
void read_rspamd(TomlReader& reader, Config& config);      // rspamd_section.cc
void read_http(TomlReader& reader, Config& config);
void read_oidc(TomlReader& reader, OidcConfig& oidc);
void read_dns(TomlReader& reader, Config& config);
void read_kafka(TomlReader& reader, Config& config);  // kafka_section.cc, both
void read_cluster(TomlReader& reader, Config& config);
// [[sinks]] (sinks_section.cc)
std::vector<SinkConfig> read_sinks(const toml::node& node, std::vector<Complaint>& complaints);

// `source` of [server] and of [next_hops."their.domain"].
relay::forward::Source read_source(TomlReader& reader);

// As targets have it: a domain, or an address literal (RFC 5321 4.1.3).
std::optional<std::string> next_hop_name(std::string_view key);
// `tls` there, `tls.to_next_hops`.
std::optional<relay::forward::TlsLevel> read_level(TomlReader& reader, std::string_view key,
                                                   const Config& config);
// `user`, `password_file` or `token_file`, `mechanisms`; nullopt: there is none, or it is wrong.
std::optional<LoginConfig> read_login(TomlReader& reader);
// Of mail to `name`, after its `tls` was read.
void take_login(TomlReader& reader, const std::string& name, std::optional<LoginConfig> login,
                Config& config);

// Whether SMTP is taken there already.
bool takes_mail_at(const Config& config, const runtime::Endpoint& at);

// The value of a key that names addresses and networks.
void read_networks(TomlReader& reader, std::string_view key,
                   std::vector<runtime::Network>& networks);

// The value of a key that names a file or directory.
void read_path(TomlReader& reader, std::string_view key, std::string& path);

}  // namespace waybill::app
