// Where partitions of a topic begin and end, asked of their leaders.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ingest/kafka_handle.h"
#include "schemas/ordinal.h"

namespace waybill::ingest {

enum class Edge { first, end };

// How long an asking of leaders may take where somebody waits for the answer.
inline constexpr std::chrono::milliseconds kAskTimeout{2'000};

// The offsets of those partitions whose leaders answered. Blocks for `timeout` at most, and a
// little longer where a leader did not answer: the cluster is then asked anew for the leaders.
// Errc::not_found: a partition does not exist. Another error: no leader answered.
runtime::Result<std::map<std::uint32_t, schemas::LogOffset>> ask_offsets(
    KafkaHandle& handle, const std::string& topic, const std::vector<std::uint32_t>& partitions,
    Edge edge, std::chrono::milliseconds timeout);

}  // namespace waybill::ingest
