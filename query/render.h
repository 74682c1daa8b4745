// Answers as JSON text (RFC 8259). What is absent is left out; times are RFC 3339 UTC; numbers are
// exact up to 2^64 - 1; events are in the form of schemas::to_json(). An answer is written entry by
// entry: of all its JSON the text alone is ever whole in memory.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "query/as_of.h"
#include "query/parts.h"

namespace waybill::query {

// Appends a line of a history.
void append_entry(std::string& out, const projector::TimelineEntry& entry, std::uint32_t partition);

std::string render_history(const projector::HistoryQuestion& question, const HistoryPart& history,
                           const AsOf& as_of);
// `next`: the cursor.
std::string render_events(const EventsPart& events, const std::optional<std::string>& next,
                          const AsOf& as_of);
// `more`: there are, behind them.
std::string render_aliases(const std::vector<std::string>& aliases, bool more, const AsOf& as_of);
std::string render_delivery(const DeliveryPart& delivery, const AsOf& as_of);

// `question`: what the cursor belongs to (cursor.h).
std::string render_message(const schemas::MessageId& id, std::string_view question,
                           const MessagesPart& message, const AsOf& as_of);
std::string render_messages(std::string_view rfc5322_message_id, std::string_view question,
                            const MessagesPart& messages, const AsOf& as_of);

struct CountersQuestion {
  std::string domain;
  runtime::WallTime from;
  runtime::WallTime to;
};
std::string render_counters(const CountersQuestion& question, const CountersPart& counters,
                            const AsOf& as_of);

// Records of who asked, newest first; `next`: the cursor of older ones.
std::string render_accesses(const std::vector<schemas::Event>& accesses,
                            const std::optional<std::string>& next, const AsOf& as_of);

boost::json::object to_json(const AsOf& as_of);

}  // namespace waybill::query
