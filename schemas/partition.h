// Where an event stands in the log: its topic, its key and its partition. Everybody who writes or
// looks up has to come to the same answer, so it is computed here and nowhere else. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "schemas/event.h"

namespace waybill::schemas {

// Dots alone: dots and underscores fall together in Kafka's metric names.
inline constexpr char kDeliveriesTopic[] = "waybill.deliveries.v1";
inline constexpr char kControlTopic[] = "waybill.control.v1";
inline constexpr char kAccessTopic[] = "waybill.access.v1";
inline constexpr char kQuarantineTopic[] = "waybill.quarantine.v1";
inline constexpr char kNodesTopic[] = "waybill.nodes.v1";

// A return path has 16 bits for its partition (relay/returnpath/token.h).
inline constexpr std::uint32_t kMaxPartitions = 1 << 16;

// Kafka's own hash of keys: org.apache.kafka.common.utils.Utils.murmur2, whose seed and tail differ
// from other murmur2 functions.
std::uint32_t murmur2(std::string_view octets);

// As Java's DefaultPartitioner: toPositive(murmur2(key)) % count. `count` is at least 1.
std::uint32_t partition_of_key(std::string_view key, std::uint32_t count);

}  // namespace waybill::schemas
