#include "app/roles/sink_way.h"

#include "runtime/base64.h"
#include "runtime/secret_file.h"
#include "runtime/version.h"
#include "stream/transport/bulk.h"
#include "stream/transport/hec.h"
#include "stream/transport/line_file.h"
#include "stream/transport/otlp.h"
#include "stream/transport/relp.h"
#include "stream/transport/syslog_datagrams.h"
#include "stream/transport/syslog_stream.h"
#include "stream/transport/webhook.h"

namespace waybill::app {
namespace {

using runtime::Explained;
using stream::Transport;
using MadeTransport = Explained<std::unique_ptr<Transport>>;

// A token of a cloud's identity service has some kilobytes.
constexpr std::size_t kMostSinkSecret = 16 << 10;

// Of formats on one line, which receivers of syslog and files read; other receivers take documents
// of megabytes.
constexpr std::size_t kMostDocument = 256 << 10;

struct SinkSecrets {
  std::vector<std::string> lines;

  static Explained<SinkSecrets> read(const SinkConfig& sink) {
    SinkSecrets out;
    for (const std::string& file : sink.secret_files) {
      auto line = runtime::read_secret_line(file, kMostSinkSecret);
      if (!line) return line.error();
      out.lines.push_back(std::move(*line));
    }
    return out;
  }
};

// RFC 9110 11.6.2. `scheme` is that of a secret which says none.
stream::HttpFields authorization(const SinkConfig& sink, const SinkSecrets& secrets,
                                 std::string_view scheme) {
  if (secrets.lines.empty()) return {};
  const std::string& secret = secrets.lines.front();
  if (!sink.user.empty()) {
    return {{"Authorization", "Basic " + runtime::encode_base64(sink.user + ":" + secret)}};
  }
  if (secret.find(' ') != std::string::npos) return {{"Authorization", secret}};
  return {{"Authorization", std::string(scheme) + " " + secret}};
}

stream::HttpWaySettings way_of(const SinkConfig& sink) {
  stream::HttpWaySettings out;
  out.url = sink.to;
  out.ca_file = sink.ca;
  out.own = sink.own;
  out.proxy = sink.proxy;
  out.gzip = sink.gzip;
  return out;
}

MadeTransport make_bulk(const SinkConfig& sink, const SinkSecrets& secrets,
                        const runtime::Clock& clock) {
  stream::BulkSettings settings;
  settings.way = way_of(sink);
  settings.way.secret_fields = authorization(sink, secrets, "ApiKey");
  if (!sink.index.empty()) settings.data_stream = sink.index;
  return stream::make_bulk(std::move(settings), clock);
}

MadeTransport make_hec(const SinkConfig& sink, const SinkSecrets& secrets, const Config& config,
                       const runtime::Clock& clock, runtime::Chance& chance) {
  using Body = stream::HecSettings::Body;
  stream::HecSettings settings;
  settings.way = way_of(sink);
  settings.token = secrets.lines.front();
  settings.index = sink.index;
  settings.host = config.host_name;
  settings.body = stream::is_json(sink.format) ? Body::json : Body::text;
  return stream::make_hec(std::move(settings), clock, chance);
}

MadeTransport make_otlp(const SinkConfig& sink, const SinkSecrets& secrets, const Config& config,
                        const runtime::Clock& clock) {
  stream::OtlpSettings settings;
  settings.way = way_of(sink);
  settings.way.secret_fields = authorization(sink, secrets, "Bearer");
  settings.host_name = config.host_name;
  return stream::make_otlp(std::move(settings), clock);
}

MadeTransport make_webhook(const SinkConfig& sink, const SinkSecrets& secrets,
                           const runtime::Clock& clock) {
  stream::WebhookSettings settings;
  settings.way = way_of(sink);
  settings.way.gzip = false;
  for (const std::string& line : secrets.lines) {
    auto secret = stream::WebhookSecret::parse(line);
    if (!secret) return secret.error();
    settings.secrets.push_back(std::move(*secret));
  }
  settings.allow_private = sink.allow_private;
  return stream::make_webhook(std::move(settings), clock);
}

MadeTransport make_socket(const SinkConfig& sink, const Config& config) {
  using Digits = stream::SyslogSettings::Digits;
  stream::SyslogSettings syslog;
  syslog.host_name = config.host_name;
  syslog.digits = sink.format == stream::Format::leef ? Digits::three : Digits::six;
  if (sink.wire == SinkWire::udp) {
    return std::unique_ptr<Transport>(
        std::make_unique<stream::SyslogDatagrams>(sink.host, sink.port, syslog));
  }
  runtime::WireTo to{.host = sink.host, .port = sink.port};
  if (sink.wire == SinkWire::tls) {
    auto tls = sink.own.chain.empty() ? runtime::TlsContext::client(sink.ca)
                                      : runtime::TlsContext::client(sink.ca, sink.own);
    if (!tls) return tls.error();
    to.tls = std::move(*tls);
    to.tls_name = sink.server_name;
  }
  if (sink.transport == SinkTransport::relp) {
    return std::unique_ptr<Transport>(std::make_unique<stream::Relp>(std::move(to), syslog));
  }
  return std::unique_ptr<Transport>(std::make_unique<stream::SyslogStream>(std::move(to), syslog));
}

MadeTransport make_transport(const SinkConfig& sink, const SinkSecrets& secrets,
                             const Config& config, const runtime::Clock& clock,
                             runtime::Chance& chance) {
  switch (sink.transport) {
    case SinkTransport::file:
      return std::unique_ptr<Transport>(
          std::make_unique<stream::LineFile>(stream::LineFileSettings{.path = sink.to}, clock));
    case SinkTransport::relp:
    case SinkTransport::syslog: return make_socket(sink, config);
    case SinkTransport::bulk: return make_bulk(sink, secrets, clock);
    case SinkTransport::hec: return make_hec(sink, secrets, config, clock, chance);
    case SinkTransport::otlp: return make_otlp(sink, secrets, config, clock);
    case SinkTransport::webhook: return make_webhook(sink, secrets, clock);
  }
  return runtime::Failure{runtime::Errc::invalid, "no such transport"};
}

std::size_t usual_max_record(const SinkConfig& sink) {
  switch (sink.transport) {
    case SinkTransport::relp:
    case SinkTransport::syslog: return stream::kDefaultMaxRecord;
    case SinkTransport::file:
    case SinkTransport::bulk:
    case SinkTransport::hec:
    case SinkTransport::otlp:
    case SinkTransport::webhook: return kMostDocument;
  }
  return stream::kDefaultMaxRecord;
}

Explained<std::unique_ptr<stream::Mapping>> make_mapping(const SinkConfig& sink) {
  std::string key;
  if (!sink.hash_key_file.empty()) {
    auto line = runtime::read_secret_line(sink.hash_key_file, kMostSinkSecret);
    if (!line) return line.error();
    key = std::move(*line);
  }
  auto policy = stream::FieldPolicy::make(sink.fields, std::move(key));
  if (!policy) return policy.error();
  return std::make_unique<stream::Mapping>(stream::Mapping::Options{
      .format = sink.format,
      .policy = std::move(*policy),
      .max_record = sink.max_record != 0 ? sink.max_record : usual_max_record(sink),
      .version = runtime::kRelease});
}

}  // namespace

Explained<SinkWay> make_sink_way(const SinkConfig& sink, const Config& config,
                                 const runtime::Clock& clock, runtime::Chance& chance) {
  const std::string place = "sinks." + sink.name;
  const auto secrets = SinkSecrets::read(sink);
  if (!secrets) return secrets.error().in(place);
  auto transport = make_transport(sink, *secrets, config, clock, chance);
  if (!transport) return transport.error().in(place);
  auto mapping = make_mapping(sink);
  if (!mapping) return mapping.error().in(place);
  return SinkWay{std::move(*transport), std::move(*mapping)};
}

}  // namespace waybill::app
