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
void read_tls(TomlReader& reader, Config& config);  // tls_section.cc, both
void read_next_hops(TomlReader& reader, Config& config);
void read_providers(TomlReader& reader, Config& config);  // providers_section.cc
void read_door(TomlReader& reader, Config& config);       // door_section.cc
void read_rspamd(TomlReader& reader, Config& config);     // rspamd_section.cc
void read_http(TomlReader& reader, Config& config);
void read_dns(TomlReader& reader, Config& config);
void read_kafka(TomlReader& reader, Config& config);  // kafka_section.cc, both
void read_cluster(TomlReader& reader, Config& config);

// `source` of [server] and of [next_hops."their.domain"].
relay::forward::Source read_source(TomlReader& reader);

// Whether SMTP is taken there already.
bool takes_mail_at(const Config& config, const runtime::Endpoint& at);

// The value of a key that names addresses and networks.
void read_networks(TomlReader& reader, std::string_view key,
                   std::vector<runtime::Network>& networks);

// The value of a key that names a file or directory.
void read_path(TomlReader& reader, std::string_view key, std::string& path);

}  // namespace waybill::app
