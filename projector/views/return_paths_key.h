// The table `return_paths` and its keys:
//
//   'd' | delivery id 16      of those that a report came on
//   't' | hour 4 | index 8    of events that a retry of the mail has to know of (return_paths.cc)
//   'h'                   the log's time, and how far rows are erased (return_paths.cc)
//
// Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "projector/rows/key_codec.h"
#include "projector/rows/table.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

inline constexpr TableTraits kReturnPathsTable{.table = Table::return_paths,
                                               .name = "return_paths",
                                               .is_view = true,
                                               .writes = Writes::states,
                                               .buffer_sixteenths = 1};

inline constexpr std::string_view kReturnPathTag = "d";
inline constexpr std::string_view kTryTag = "t";
inline constexpr std::string_view kHorizonKey = "h";

// `hour` since 1970, of the event; its index is the rest of the key.
inline std::string try_key_at(std::uint64_t hour, schemas::EventIndex index = {}) {
  std::string key(kTryTag);
  append_be32(key, static_cast<std::uint32_t>(hour));
  append_be64(key, index.value());
  return key;
}
inline schemas::EventIndex index_of_try_key(std::string_view key) {
  return schemas::EventIndex(read_be64(key.substr(kTryTag.size() + 4)));
}
inline std::uint64_t hour_of_try_key(std::string_view key) {
  return read_be32(key.substr(kTryTag.size()));
}

// `rest`: a delivery id, or its beginning.
inline std::string return_path_key(std::string_view rest) {
  return std::string(kReturnPathTag).append(rest);
}

// The first key of deliveries that began in that hour since 1970, or later: an id begins with
// milliseconds (RFC 9562 5.7).
inline std::string return_path_key_at(std::uint64_t hour) {
  constexpr std::uint64_t kMillisecondsAnHour = 3'600'000;
  std::string key(kReturnPathTag);
  append_be64(key, hour * kMillisecondsAnHour << 16);
  return key;
}

}  // namespace waybill::projector
