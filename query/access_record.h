// The record of who asked for what: an Accessed event for each answer, durable before it leaves.
#pragma once

#include <memory>
#include <string>

#include "http/access_log.h"
#include "ingest/event_appender.h"
#include "runtime/chance.h"
#include "runtime/metrics.h"
#include "runtime/time.h"

namespace waybill::query {

// Of the request's target, in octets: what is longer is cut.
inline constexpr std::size_t kMostQuery = 2048;

// Refusals of those who name nobody that is known here, which anybody may cause: so many at once,
// and so many an hour; further ones are counted and not put on record.
inline constexpr double kStrangers = 100;
inline constexpr double kStrangersPerHour = 3600;

struct AccessParts {
  ingest::EventAppender* log = nullptr;
  runtime::Clock* clock = nullptr;
  runtime::Chance* chance = nullptr;  // of any thread
  runtime::Metrics* metrics = nullptr;
  std::string node;
};

// What `parts` points to outlives it. Where an answer cannot be put on record, it is refused; but
// `local` is answered, who is on the machine that has the log: that is counted
// (waybill_access_unrecorded_total) and said in the log.
std::unique_ptr<http::AccessLog> record_accesses(AccessParts parts);

}  // namespace waybill::query
