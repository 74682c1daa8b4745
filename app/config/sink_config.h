// What [[sinks]] says of one sink: which events go where, in which words.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/tls_engine.h"
#include "stream/mapping/field_policy.h"
#include "stream/mapping/filter.h"
#include "stream/mapping/format.h"

namespace waybill::app {

enum class SinkTransport : std::uint8_t { file, relp, syslog, bulk, hec, otlp, webhook };
// Their words, in their order.
inline constexpr std::array<std::string_view, 7> kSinkTransports = {
    "file", "relp", "syslog", "bulk", "hec", "otlp", "webhook"};
inline std::string_view word_of(SinkTransport transport) {
  return kSinkTransports[static_cast<std::size_t>(transport)];
}

// How octets get to a receiver of syslog: the scheme of `to`.
enum class SinkWire : std::uint8_t { tls, tcp, udp };

// Sinks of one process: each is a thread, and a reader of the archive.
inline constexpr std::size_t kMostSinks = 16;

// Files of a sink (sink_file() in config.h).
inline constexpr std::string_view kCursorSuffix = ".cursor";
inline constexpr std::string_view kDeadSuffix = ".dead";

struct SinkConfig {
  std::string name;
  SinkTransport transport = SinkTransport::file;
  // "data/events.ndjson" of a file, "tls://siem.example:6514" of syslog and RELP, of others a URL.
  std::string to;
  SinkWire wire = SinkWire::tls;  // of syslog and RELP, as are:
  std::string host;
  std::uint16_t port = 0;
  std::string server_name;        // what its certificate must bear; empty: the host
  std::string ca;                 // PEM: whom to trust; empty: whom the system trusts
  runtime::CertificateFiles own;  // shown to a receiver that asks; empty: none
  // One line, that of the receiver: a token of HEC, an API key of _bulk ("ApiKey ..."), a bearer of
  // others. Of a webhook one or two, the newest first.
  std::vector<std::string> secret_files;
  std::string user;   // with it the secret is its password (RFC 7617)
  std::string index;  // of HEC; the data stream of _bulk
  std::string proxy;
  bool gzip = false;
  std::vector<std::string> allow_private;  // of a webhook: hosts and networks
  stream::Format format = stream::Format::waybill;
  std::size_t max_record = 0;  // octets; 0: as its transport and format have it
  stream::Filter filter;
  stream::FieldPolicy::Rules fields;
  std::string hash_key_file;
  bool from_start = false;  // a new sink begins with what is on record, and not with what comes

  friend bool operator==(const SinkConfig&, const SinkConfig&) = default;
};

// Where it goes, for the log and other eyes: of a URL scheme, host and port, for what follows may
// be a secret.
std::string shown_target(const SinkConfig& sink);

}  // namespace waybill::app
