// What Splunk's HTTP Event Collector says: to events, and to a question for acknowledgements. Pure
// functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace waybill::stream {

// The codes that a sink tells apart.
enum class HecCode : std::uint64_t {
  success = 0,
  no_data = 5,
  invalid_format = 6,
  wrong_index = 7,
  busy = 9,
  no_channel = 10,
  invalid_channel = 11,
  no_event = 12,
  blank_event = 13,
  no_acknowledgement = 14,  // the token is without it
  wrong_fields = 15,
  too_large = 27,
};

struct HecAnswer {
  std::uint64_t code = 0;
  std::string text{};
  std::optional<std::uint64_t> ack_id{};
  // The first event that is refused, from 0.
  std::optional<std::uint64_t> invalid_event{};
};

// Errc::corrupt: it is no such answer.
runtime::Explained<HecAnswer> read_hec_answer(std::string_view json);

// The ids that are told as indexed, once and never again. Errc::corrupt.
runtime::Explained<std::set<std::uint64_t>> read_hec_acks(std::string_view json);

}  // namespace waybill::stream
