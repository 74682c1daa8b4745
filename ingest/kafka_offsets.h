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

// Of those partitions whose leaders answered; blocks for `timeout` at most, and a little longer
// where one did not: who leads it is then asked anew. Errc::not_found: one of them does not exist.
// Another error: none answered.
runtime::Result<std::map<std::uint32_t, schemas::LogOffset>> ask_offsets(
    KafkaHandle& handle, const std::string& topic, const std::vector<std::uint32_t>& partitions,
    Edge edge, std::chrono::milliseconds timeout);

}  // namespace waybill::ingest
