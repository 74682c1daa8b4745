#include "app/config/number_keys.h"

#include <array>
#include <optional>
#include <type_traits>

#include "app/config/quantity.h"
#include "app/config/toml_reader.h"
#include "schemas/limits.h"
#include "schemas/partition.h"

namespace waybill::app {
namespace {

using relay::Settings;
using relay::door::DoorSettings;
using relay::forward::Smarthost;
using relay::smtp::ServerLimits;
using relay::spam::SpamSettings;
using std::chrono::seconds;

constexpr std::uint64_t kKiB = 1ULL << 10;
constexpr std::uint64_t kMiB = 1ULL << 20;
constexpr std::uint64_t kGiB = 1ULL << 30;
constexpr std::uint64_t kHour = 3600;
constexpr std::uint64_t kDay = 24 * kHour;

// Below that no honest sender gets a message through; a gigabyte of mail nobody else would take.
// RFC 5321 4.5.3.1.7 asks for 64K octets.
constexpr std::uint64_t kLeastMessage = 64 * kKiB;
constexpr std::uint64_t kMostMessage = kGiB;
// Every session costs a socket and some kilobytes; Linux gives a process no more sockets than this.
constexpr std::uint64_t kMostSessions = 100'000;
// More than one message holds (relay/hand_over_plan.h), so that its recipients can go in rounds.
constexpr std::uint64_t kLeastHopConnections = 20;
// More is no limit: a client would be refused some 300 times a second for an hour.
constexpr std::uint64_t kMostRefusals = 1'000'000;
// The sender gives the end of data 10 minutes and RCPT 5 (RFC 5321 4.5.3.2.6, 4.5.3.2.3): we have
// to answer before, with some time for the way.
constexpr std::uint64_t kMostFinalDeadline = schemas::kMaxFinalDeadline.count();
constexpr std::uint64_t kMostRcptDeadline = 280;

// The member that a path of member pointers leads to.
template <auto... Path>
std::uint64_t get(const Config& config) {
  const auto& value = (config.*....*Path);
  if constexpr (std::is_arithmetic_v<std::decay_t<decltype(value)>>) {
    return value;
  } else {
    return static_cast<std::uint64_t>(seconds(value).count());
  }
}

template <auto... Path>
void set(Config& config, std::uint64_t number) {
  auto& value = (config.*....*Path);
  using Value = std::decay_t<decltype(value)>;
  if constexpr (std::is_arithmetic_v<Value>) {
    value = static_cast<Value>(number);
  } else {
    value = std::chrono::duration_cast<Value>(seconds(number));
  }
}

template <auto... Path>
constexpr NumberKey number(std::string_view section, std::string_view key, Quantity quantity,
                           std::uint64_t least, std::uint64_t most) {
  return {section, key, quantity, least, most, &get<Path...>, &set<Path...>};
}

// A sender waits 5 minutes for the greeting (RFC 5321 4.5.3.2.1), and many programs less than one.
constexpr std::uint64_t kMostGreetingDelay = 30;
// In an hour; more is no limit.
constexpr std::uint64_t kMostRate = 1'000'000'000;

template <auto Member>
constexpr NumberKey door(std::string_view key, Quantity quantity, std::uint64_t least,
                         std::uint64_t most) {
  return number<&Config::limits, &Settings::door, Member>("door", key, quantity, least, most);
}

constexpr std::string_view kLimits = "limits";
constexpr std::string_view kJournal = "journal";
constexpr std::string_view kKafka = "kafka";
constexpr std::string_view kCluster = "cluster";
// History is behind by that much, and five seconds without an acknowledgement are called trouble.
constexpr std::uint64_t kMostLinger = 3;
// Brokers of one cluster; nobody keeps more copies.
constexpr std::uint64_t kMostReplicas = 9;

constexpr std::array kNumbers = {
    number<&Config::threads>("server", "threads", Quantity::count, 0, 256),
    number<&Config::limits, &Settings::smarthost, &Smarthost::port>("smarthost", "port",
                                                                    Quantity::count, 1, 65535),
    number<&Config::limits, &Settings::next_hop_port>("server", "next_hop_port", Quantity::count, 1,
                                                      65'535),
    number<&Config::limits, &Settings::smtp, &ServerLimits::max_message_octets>(
        kLimits, "max_message_size", Quantity::octets, kLeastMessage, kMostMessage),
    number<&Config::limits, &Settings::smtp, &ServerLimits::max_recipients>(
        kLimits, "max_recipients", Quantity::count, 1, 10'000),
    number<&Config::limits, &Settings::smtp, &ServerLimits::max_transactions>(
        kLimits, "max_transactions", Quantity::count, 1, 1'000'000),
    number<&Config::limits, &Settings::max_sessions>(kLimits, "max_sessions", Quantity::count, 1,
                                                     kMostSessions),
    number<&Config::limits, &Settings::max_sessions_per_client>(kLimits, "max_sessions_per_client",
                                                                Quantity::count, 1, kMostSessions),
    number<&Config::limits, &Settings::max_refusals>(kLimits, "max_refusals", Quantity::count, 1,
                                                     kMostRefusals),
    number<&Config::limits, &Settings::max_refusals_per_client>(kLimits, "max_refusals_per_client",
                                                                Quantity::count, 1, kMostRefusals),
    number<&Config::limits, &Settings::max_connections_per_hop>(
        kLimits, "max_connections_per_hop", Quantity::count, kLeastHopConnections, kMostSessions),
    number<&Config::limits, &Settings::max_connections_per_client>(
        kLimits, "max_connections_per_client", Quantity::count, kLeastHopConnections,
        kMostSessions),
    number<&Config::limits, &Settings::memory_per_message>(kLimits, "memory_per_message",
                                                           Quantity::octets, 4 * kKiB, 64 * kMiB),
    number<&Config::limits, &Settings::max_memory>(kLimits, "max_memory", Quantity::octets, kMiB,
                                                   1024 * kGiB),
    number<&Config::limits, &Settings::max_spool>(kLimits, "max_spool", Quantity::octets, 0,
                                                  1024 * kGiB),
    number<&Config::limits, &Settings::min_data_rate>(kLimits, "min_data_rate", Quantity::octets, 1,
                                                      kMiB),
    number<&Config::limits, &Settings::final_deadline>(kLimits, "final_deadline", Quantity::seconds,
                                                       1, kMostFinalDeadline),
    number<&Config::limits, &Settings::rcpt_deadline>(kLimits, "rcpt_deadline", Quantity::seconds,
                                                      1, kMostRcptDeadline),
    door<&DoorSettings::greeting_delay>("greeting_delay", Quantity::seconds, 0, kMostGreetingDelay),
    door<&DoorSettings::refuse_at>("refuse_at", Quantity::count, 1, 1000),
    door<&DoorSettings::recipients_per_client>("recipients_per_client", Quantity::count, 0,
                                               kMostRate),
    door<&DoorSettings::recipients_per_network>("recipients_per_network", Quantity::count, 0,
                                                kMostRate),
    door<&DoorSettings::recipients_per_sender_domain>("recipients_per_sender_domain",
                                                      Quantity::count, 0, kMostRate),
    door<&DoorSettings::greylist_wait>("greylist_wait", Quantity::seconds, 1, kHour),
    door<&DoorSettings::greylist_retry>("greylist_retry", Quantity::hours, kHour, 7 * kDay),
    door<&DoorSettings::greylist_remember>("greylist_remember", Quantity::hours, kDay, 365 * kDay),
    number<&Config::limits, &Settings::spam, &SpamSettings::timeout>("rspamd", "timeout",
                                                                     Quantity::seconds, 1, 120),
    number<&Config::limits, &Settings::spam, &SpamSettings::max_octets>(
        "rspamd", "max_size", Quantity::octets, 0, kMostMessage),
    number<&Config::journal_max>(kJournal, "max_size", Quantity::octets, kMiB, 16 * 1024 * kGiB),
    number<&Config::journal_keep>(kJournal, "keep", Quantity::hours, kHour, 3650 * kDay),
    number<&Config::views_cache>("views", "cache", Quantity::octets, 8 * kMiB, 1024 * kGiB),
    number<&Config::http, &HttpConfig::requests_per_second>("http", "requests_per_second",
                                                            Quantity::count, 1, 1'000'000),
    number<&Config::http, &HttpConfig::exports_keep>("http", "exports_keep", Quantity::hours, kHour,
                                                     365 * kDay),
    number<&Config::http, &HttpConfig::exports_max_size>("http", "exports_max_size",
                                                         Quantity::octets, kMiB, 16 * 1024 * kGiB),
    number<&Config::kafka, &KafkaConfig::partitions>(kKafka, "partitions", Quantity::count, 1,
                                                     schemas::kMaxPartitions),
    number<&Config::kafka, &KafkaConfig::replication>(kKafka, "replication", Quantity::count, 1,
                                                      kMostReplicas),
    number<&Config::kafka, &KafkaConfig::ack_timeout>(kKafka, "ack_timeout", Quantity::seconds, 1,
                                                      kMostRcptDeadline),
    number<&Config::kafka, &KafkaConfig::linger>(kKafka, "linger", Quantity::seconds, 0,
                                                 kMostLinger),
    number<&Config::cluster, &ClusterConfig::deadline>(kCluster, "deadline", Quantity::seconds, 1,
                                                       60),
};

std::optional<std::uint64_t> value_of(const toml::node& node, Quantity quantity) {
  if (const auto* integer = node.as_integer()) {
    const bool plain = quantity == Quantity::count || quantity == Quantity::octets;
    if (!plain || integer->get() < 0) return std::nullopt;
    return static_cast<std::uint64_t>(integer->get());
  }
  const auto* text = node.as_string();
  if (text == nullptr || quantity == Quantity::count) return std::nullopt;
  if (quantity == Quantity::octets) return parse_octets(text->get());
  const auto time = parse_duration(text->get());
  if (!time) return std::nullopt;
  const auto count = static_cast<std::uint64_t>(time->count());
  if (quantity == Quantity::hours && count % kHour != 0) return std::nullopt;
  return count;
}

std::string range_text(const NumberKey& key) {
  const std::string bounds =
      number_text(key.quantity, key.least) + " to " + number_text(key.quantity, key.most);
  switch (key.quantity) {
    case Quantity::count: return "an integer from " + bounds;
    case Quantity::octets: return "a size such as \"64 MiB\" or 65536, from " + bounds;
    case Quantity::seconds: return "a time such as \"90 s\" or \"5 min\", from " + bounds;
    case Quantity::hours: return "a time such as \"72 h\" or \"7 d\", from " + bounds;
  }
  return bounds;
}

}  // namespace

std::span<const NumberKey> number_keys() { return kNumbers; }

std::string number_text(Quantity quantity, std::uint64_t value) {
  if (quantity == Quantity::count) return std::to_string(value);
  if (quantity == Quantity::octets) return octets_text(value);
  return duration_text(seconds(value));
}

void read_numbers(TomlReader& reader, std::string_view section, Config& config) {
  for (const NumberKey& number : kNumbers) {
    if (number.section != section) continue;
    const toml::node* node = reader.find(number.key);
    if (node == nullptr) continue;
    const auto value = value_of(*node, number.quantity);
    if (value && *value >= number.least && *value <= number.most) {
      number.set(config, *value);
    } else {
      reader.expected(*node, reader.name(number.key), range_text(number));
    }
  }
}

}  // namespace waybill::app
