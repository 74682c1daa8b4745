// CursorFile: how far a sink is in each partition of the log, as a file of its own.
//
//   {"places":{"0":{"next":1234,"after":"<event id>"}},"check":"<hex>"}
//
// `check` is the beginning of the SHA-256 of `places`: a file that was mended by hand and not right
// is refused, and not taken for a place.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "runtime/failure.h"
#include "schemas/ordinal.h"

namespace waybill::stream {

struct CursorPlace {
  schemas::EventIndex next;  // the event that comes next
  // Id of the one before it, 32 hexadecimal digits, by which a log is known from another; empty:
  // nobody knows.
  std::string after{};
  friend bool operator==(const CursorPlace&, const CursorPlace&) = default;
};

using Cursor = std::map<std::uint32_t, CursorPlace>;  // by partition

// nullopt: there is no such file. Errc::invalid: it is none, with what to do.
runtime::Explained<std::optional<Cursor>> read_cursor_file(const std::string& path);
// Pure: of the file's octets.
runtime::Explained<Cursor> parse_cursor_file(std::string_view octets);

runtime::Explained<void> write_cursor_file(const std::string& path, const Cursor& places);

}  // namespace waybill::stream
