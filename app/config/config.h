// Config: everything that waybill.toml says, checked. The only place that reads TOML.
//
// A wrong file gives no Config at all, but every complaint at once in the order of lines, each with
// line, column, what was found and what was expected; unknown keys are complaints too (with the
// nearest known key). Any thread. Limits: number_keys.h.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config/sink_config.h"
#include "control/askers.h"
#include "ingest/kafka_settings.h"
#include "relay/forward/tls_level.h"
#include "relay/routes/route_table.h"
#include "relay/settings.h"
#include "relay/smtp/sasl_client.h"
#include "runtime/endpoint.h"
#include "runtime/log.h"
#include "runtime/network.h"
#include "runtime/tls_engine.h"
#include "schemas/address.h"

namespace waybill::app {

// When an event counts as kept: once the journal has it, or once the log has it too.
enum class Ack { journal, kafka };

// [kafka]: the log on Apache Kafka. Absent: the journal is the log (waybill serve).
struct KafkaConfig {
  bool there = false;
  ingest::KafkaSettings settings;
  std::uint32_t partitions = 12;  // of waybill.deliveries.v1: fixed for good when it is made
  std::uint32_t replication = 3;  // copies of each partition
  Ack ack = Ack::journal;
  std::chrono::seconds ack_timeout{30};  // ack = "kafka": for all in-sync replicas, then 451
  std::chrono::seconds linger{3};        // ack = "journal": what comes within it is one batch
};

// With ack = "kafka" a sender waits for each record, and no record for others.
inline std::chrono::seconds longest_linger(const KafkaConfig& kafka) {
  return kafka.ack == Ack::journal ? kafka.linger : std::chrono::seconds(0);
}

// [http.oidc]: the OpenID provider that vouches for people who ask.
struct OidcConfig {
  std::string issuer;    // empty: nobody does
  std::string audience;  // what its tokens are for
  std::string jwks;      // where its keys are; empty: where its own configuration says
  std::string ca;        // PEM: whom to trust of it; empty: whom the system trusts
  control::OidcClaims claims;
  // What the dashboard is there, as a public client; empty: nobody signs in there from it.
  std::string client_id;
  std::vector<std::string> scopes;  // asked for beside "openid"
  bool shows_id_token = false;      // what a browser shows here then; else the access token
  friend bool operator==(const OidcConfig&, const OidcConfig&) = default;
};
// RFC 6749 5.1, OpenID Connect Core 1.0 3.1.3.3: the member of the provider's answer.
inline constexpr std::array<std::string_view, 2> kShownTokens = {"access_token", "id_token"};
inline std::string token_word(const OidcConfig& oidc) {
  return std::string(kShownTokens[oidc.shows_id_token ? 1 : 0]);
}

// [http], but for where it listens.
struct HttpConfig {
  // What a request from this machine that shows no token may do.
  control::LocalMay local = control::LocalMay::read;
  // Who asks for what is put on record.
  bool record_access = true;
  // Domains of which nobody is told anything who does not say why they ask; "*": all.
  std::set<std::string, std::less<>> require_reason;
  // Of one token, on the average.
  std::uint32_t requests_per_second = 50;
  std::chrono::hours exports_keep{24 * 7};       // a result
  std::uint64_t exports_max_size = 16ULL << 30;  // octets, of all results
  // PEM; none: in clear, and on loopback alone.
  std::optional<runtime::CertificateFiles> certificate;
  OidcConfig oidc;
};

// [cluster]: how nodes ask each other.
struct ClusterConfig {
  std::optional<runtime::Endpoint> listen;
  std::string advertise;             // "https://node1.example.org:8026"; default: what listen says,
                                     // host_name for the unspecified address
  std::string secret_file;           // one secret for all nodes
  std::string certificate, key, ca;  // files, PEM; needed where listen is not loopback
  std::chrono::seconds deadline{2};  // for another node's answer
};

// What Kafka has acknowledged is on its brokers' disks half a minute later, where nobody has told
// their kernels otherwise; an operator needs a while longer to bring them back.
inline constexpr std::chrono::hours kKeptBesideKafka{1};

// [tls.report]: what domains are told of TLS with them (RFC 8460).
struct TlsReportConfig {
  bool enabled = false;  // where there is a contact, unless the file says otherwise
  std::string organization;
  std::optional<schemas::Address> contact;
  std::optional<schemas::Address> from;            // of the messages; default: the contact
  std::vector<runtime::Network> private_networks;  // that reports may go to
  friend bool operator==(const TlsReportConfig&, const TlsReportConfig&) = default;
};

// [tls], and the `tls` of [next_hops."their.domain"].
struct TlsConfig {
  // Of this server; none: one of its own making, data_dir/tls, which nobody vouches for.
  std::vector<runtime::CertificateFiles> certificates;
  std::vector<runtime::Endpoint> listen;  // TLS from the first octet on (RFC 8314 3)
  relay::forward::TlsLevel to_next_hops = relay::forward::TlsLevel::opportunistic;
  std::map<std::string, relay::forward::TlsLevel, std::less<>> by_domain;
  std::string ca;  // PEM: whom to trust of next hops; empty: whom the system trusts
  TlsReportConfig report;
  bool mta_sts = true;  // policies of domains are asked for and followed (RFC 8461)
};

// How the relay logs in at a next hop (RFC 4954).
struct LoginConfig {
  std::string user;
  std::string file;  // of its secret: a password or a token, as the mechanisms take it
  std::vector<relay::smtp::Mechanism> mechanisms;  // the strongest first

  friend auto operator<=>(const LoginConfig&, const LoginConfig&) = default;
};

// Debian's dns-root-data: the keys of the root zone.
inline constexpr std::string_view kRootAnchor = "/usr/share/dns/root.key";

struct Config {
  // [server]
  std::string host_name;  // "mx.example.org"; default: the system's host name
  std::string node;       // default: host_name
  std::string data_dir = "data";
  std::string key_file;                        // of return paths; empty: data_dir/return_path.keys
  std::string dkim_dir;                        // of the domains' DKIM keys; empty: data_dir/dkim
  std::vector<runtime::Endpoint> smtp_listen;  // listen = ["127.0.0.1:2525"]; default that
  std::string user;           // that a process started as root becomes; empty: it stays what it is
  std::uint32_t threads = 0;  // I/O threads; 0: one for each two processors, at least 1
  runtime::Level log_level = runtime::Level::info;
  runtime::LogFormat log_format = runtime::LogFormat::text;

  // [limits], [smarthost] and server.next_hop_port. The relay's own defaults; host_name and
  // spool_directory are the role's to fill in.
  relay::Settings limits;

  // [journal]
  std::uint64_t journal_max = 8ULL << 30;   // octets; above: 451
  std::chrono::hours journal_keep{24 * 7};  // folded records are trimmed after this
  bool journal_keep_said = false;           // else a relay on Kafka takes kKeptBesideKafka

  // [views]: octets of their blocks that stay in memory.
  std::uint64_t views_cache = 64ULL << 20;

  // [http]
  runtime::Endpoint http_listen;  // default 127.0.0.1:8025
  HttpConfig http;

  // [dns]
  std::vector<std::string> dns_servers;  // "127.0.0.1@5353" (libunbound's); empty: the system's
  bool dnssec = false;                   // what is signed is validated here (RFC 4035)
  std::string dns_trust_anchor = std::string(kRootAnchor);  // a file of DS or DNSKEY records

  TlsConfig tls;
  // `user`, `password_file` or `token_file`, `mechanisms` of [next_hops."their.domain"], and of
  // [smarthost] by its host. The level of such a one is `required` at least.
  std::map<std::string, LoginConfig, std::less<>> logins;
  KafkaConfig kafka;
  ClusterConfig cluster;
  std::vector<SinkConfig> sinks;  // [[sinks]]

  // server.postmaster, and [domains."their.domain"] with aliases, catch_all, subaddress,
  // local_part, log_subject, bounces, redact, bounce_window, dmarc, dkim_verifies,
  // sign_forwarded, rescue
  std::shared_ptr<const relay::routes::RouteTable> routes;
};

// Where the keys of return paths are.
std::string key_file(const Config& config);
// Where the DKIM keys of our domains are, a directory for each (app/dkim/key_directory.h).
std::string dkim_directory(const Config& config);
// What the owner of the data directory shows: commands of this machine read it (docs/access.md).
std::string owner_file(const Config& config);

// What the sinks of this process keep: data_dir/sinks, and there NAME.cursor and NAME.dead.
std::string sinks_directory(const Config& config);
std::string sink_file(const Config& config, std::string_view name, std::string_view suffix);

struct Complaint {
  std::uint32_t line = 0;  // from 1; 0: the file as a whole
  std::uint32_t column = 0;
  // "server.listen[0]: expected \"ip:port\", found \"localhost\"": one line without control octets.
  std::string text;
};

// "waybill.toml:12:8: server.listen[0]: expected ..."
std::string to_string(const Complaint& complaint, std::string_view file);

using Loaded = std::variant<Config, std::vector<Complaint>>;

// `text` is the file's contents.
Loaded read_config(std::string_view text);
// Reads the file; a file that cannot be read is one complaint.
Loaded load_config(const std::string& path);

// The keys that differ and that only a restart puts in force (all but [domains]); "nothing".
std::string describe_difference(const Config& before, const Config& after);

}  // namespace waybill::app
