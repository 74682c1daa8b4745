// [kafka] and [cluster]: the log on Kafka, and how the nodes that share it ask each other.

#include <algorithm>
#include <array>

#include "app/config/endpoint_text.h"
#include "app/config/number_keys.h"
#include "app/config/sections.h"

namespace waybill::app {

namespace {

// RFC 5321 4.5.3.2.6, less the way: acceptance and outcome each wait for the log.
constexpr std::chrono::seconds kSendersPatience{580};

// "host:port", the host a name or an address. librdkafka looks it up.
bool is_broker(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  const std::string_view port = text.substr(colon + 1);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto fits = [](char c) { return c > ' ' && c < '\x7f' && c != ',' && c != '/'; };
  return !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), digit) &&
         std::all_of(text.begin(), text.end(), fits);
}

void read_properties(TomlReader& reader, KafkaConfig& kafka) {
  const toml::table* table = reader.table("properties");
  if (table == nullptr) return;
  for (const auto& [key, node] : *table) {
    const std::string name(key.str());
    const std::string place = reader.name("properties") + ".\"" + name + "\"";
    const auto* text = node.as_string();
    if (const std::string why = ingest::reserved_property(name); !why.empty()) {
      reader.complain(key.source().begin, place, "this one is not to be set: " + why);
    } else if (text == nullptr) {
      reader.expected(node, place, "a string, as librdkafka takes it");
    } else {
      kafka.settings.properties[name] = text->get();
    }
  }
}

bool is_url(std::string_view text) {
  return text.starts_with("http://127.") || text.starts_with("http://[::1]") ||
         text.starts_with("https://");
}

}  // namespace

void read_kafka(TomlReader& reader, Config& config) {
  KafkaConfig& kafka = config.kafka;
  kafka.there = true;
  for (const WrittenText& text : reader.texts("bootstrap")) {
    if (!is_broker(text.value)) {
      reader.expected(text, "\"host:port\" such as \"kafka1.example.org:9092\"");
      continue;
    }
    if (!kafka.settings.bootstrap.empty()) kafka.settings.bootstrap += ',';
    kafka.settings.bootstrap += text.value;
  }
  kafka.settings.client_id = "waybill-" + config.node;
  read_numbers(reader, "kafka", config);
  constexpr std::array<std::string_view, 2> kAcks = {"journal", "kafka"};
  if (const auto ack = reader.choice("ack", kAcks)) kafka.ack = static_cast<Ack>(*ack);
  read_properties(reader, kafka);
  const auto longest = config.limits.final_deadline + 2 * kafka.ack_timeout;
  if (const toml::node* timeout = reader.find("ack_timeout");
      timeout != nullptr && kafka.ack == Ack::kafka && longest > kSendersPatience) {
    reader.expected(*timeout, reader.name("ack_timeout"),
                    "a time that with final_deadline stays within the sender's ten minutes");
  }
  if (kafka.settings.bootstrap.empty()) {
    kafka.settings.bootstrap = "127.0.0.1:9092";
  }
}

void read_cluster(TomlReader& reader, Config& config) {
  ClusterConfig& cluster = config.cluster;
  read_numbers(reader, "cluster", config);
  read_path(reader, "secret_file", cluster.secret_file);
  read_path(reader, "certificate", cluster.certificate);
  read_path(reader, "key", cluster.key);
  read_path(reader, "ca", cluster.ca);
  const auto listen = reader.text("listen");
  if (listen) {
    cluster.listen = parse_endpoint(listen->value);
    if (!cluster.listen) {
      reader.expected(*listen, "\"ip:port\" such as \"127.0.0.1:8026\"");
      return;
    }
    const bool tls = !cluster.certificate.empty() && !cluster.key.empty();
    if (!cluster.listen->address.is_loopback() && !tls) {
      reader.expected(*listen,
                      "a loopback address, or certificate and key beside it: what nodes "
                      "tell each other is everybody's mail");
    }
    if (cluster.secret_file.empty()) {
      reader.expected(*listen, "secret_file beside it: whoever asks has to know it");
    }
    // "0.0.0.0" is where this node listens and nowhere that another could ask.
    const bool any = cluster.listen->address.is_unspecified();
    cluster.advertise = (tls ? "https://" : "http://") +
                        (any ? config.host_name + ":" + std::to_string(cluster.listen->port)
                             : to_string(*cluster.listen));
  }
  if (const auto advertise = reader.text("advertise")) {
    if (is_url(advertise->value)) {
      cluster.advertise = advertise->value;
    } else {
      reader.expected(*advertise, "\"https://host:port\", or http:// at a loopback address");
    }
  }
}

}  // namespace waybill::app
