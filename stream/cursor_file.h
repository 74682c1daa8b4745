// CursorFile: how far a sink is in each partition of the log, as a file of its own.
//
//   {"places":{"0":1234},"check":"<hex>"}
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

// By partition: the event that comes next.
using Cursor = std::map<std::uint32_t, schemas::EventIndex>;

// nullopt: there is no such file. Errc::invalid: it is none, with what to do.
runtime::Explained<std::optional<Cursor>> read_cursor_file(const std::string& path);
// Pure: of the file's octets.
runtime::Explained<Cursor> parse_cursor_file(std::string_view octets);

runtime::Explained<void> write_cursor_file(const std::string& path, const Cursor& places);

}  // namespace waybill::stream
