// Answers as JSON text (RFC 8259). What is absent is left out; times are RFC 3339 UTC; numbers are
// exact up to 2^64 - 1; events are in the form of schemas::to_json().
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projector/history.h"
#include "query/as_of.h"

namespace waybill::query {

// What one partition says: an answer without `as_of`. merge.h makes one answer of several.
boost::json::object history_part(const projector::HistoryQuestion& question,
                                 std::uint32_t partition, const projector::Page& page);
// `complete_at`: all that was on record by then is in the views.
boost::json::object delivery_part(const projector::Delivery& delivery,
                                  runtime::WallTime complete_at);
// `question`: what the cursor belongs to (cursor.h).
boost::json::object message_part(std::string_view question, std::uint32_t partition,
                                 const projector::MessageEvents& message);
boost::json::object messages_part(std::string_view rfc5322_message_id, std::string_view question,
                                  std::uint32_t partition, const projector::MessagesPage& page);

struct CountersQuestion {
  std::string domain;
  runtime::WallTime from;
  runtime::WallTime to;
};
boost::json::object counters_part(const CountersQuestion& question,
                                  const std::vector<projector::HourCounters>& hours);

boost::json::object to_json(const AsOf& as_of);

// The answer whole.
std::string render(boost::json::object answer, const AsOf& as_of);

std::string_view word_of(projector::Role role);

}  // namespace waybill::query
