// Sendable: the records of a batch that can stand in a request, and an outcome in which the others
// are refused. Pure functions, any thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stream/mapping/record.h"
#include "stream/transport/transport.h"

namespace waybill::stream {

struct Sendable {
  Outcome outcome{};
  std::vector<std::size_t> places{};  // in the batch, of those that can be sent

  // All of `places`.
  void settle(Fate fate);
  Outcome trouble(Trouble trouble, runtime::Failure why, std::optional<runtime::Duration> after);
};

// What about a record keeps it out of every request; empty: nothing.
using RecordFault = std::function<std::string(const Record& record)>;

Sendable sendable(std::span<const Record> batch, const RecordFault& fault);

// Of every format: an id, and UTF-8 in both, for one record that is none spoils the request of all.
std::string text_fault(const Record& record);
// Of a body that stands in a request as JSON, in a line of its own.
std::string json_fault(const Record& record);

// RFC 3629 4.
bool is_utf8(std::string_view text);
// A string of JSON with its quotes (RFC 8259 7); `text` is UTF-8.
void append_json(std::string& out, std::string_view text);

}  // namespace waybill::stream
