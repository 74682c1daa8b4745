// Answers as JSON text (RFC 8259). What is absent is left out; times are RFC 3339 UTC; numbers are
// exact up to 2^64 - 1; events are in the form of schemas::to_json().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projector/history.h"
#include "query/as_of.h"
#include "query/problem.h"

namespace waybill::query {

std::string render_problem(const Problem& problem);

// `next_cursor`: nullopt on the last page.
std::string render_history(const projector::HistoryQuestion& question, const projector::Page& page,
                           const std::optional<std::string>& next_cursor, const AsOf& as_of);

// `known_up_to`: all that was on record by then is in the views.
std::string render_delivery(const projector::Delivery& delivery, const AsOf& as_of,
                            runtime::WallTime known_up_to);

std::string render_message(const projector::MessageEvents& message, const AsOf& as_of);

std::string render_messages(std::string_view rfc5322_message_id,
                            const std::vector<projector::MessageEvents>& messages,
                            const AsOf& as_of);

struct CountersQuestion {
  std::string domain;
  runtime::WallTime from;
  runtime::WallTime to;
};
std::string render_counters(const CountersQuestion& question,
                            const std::vector<projector::HourCounters>& hours, const AsOf& as_of);

std::string render_ready(std::uint64_t lag);

std::string_view word_of(projector::Role role);

}  // namespace waybill::query
