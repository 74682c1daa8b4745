// LogHoles: what of a partition's archive cannot be read, found again in the log, where that is on
// Kafka.
//
// An index of the archive is no offset there: what is in the log twice has one index. So a run of
// events is looked for between the two records beside it that can be read, and it counts only if
// the log has exactly as many events there, once each, as are lost. What the log has removed, or
// has in another order after it lost its end, is not found.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "ingest/event_stream.h"
#include "projector/rows/view_store.h"
#include "runtime/failure.h"
#include "schemas/ordinal.h"

namespace waybill::app {

// A stream of the log from these positions on.
using ReadLog = std::function<runtime::Explained<std::unique_ptr<ingest::EventStream>>(
    std::vector<ingest::StreamPosition> positions)>;

class LogHoles {
 public:
  // So long a log that gives nothing is waited for, once; what is lost from there on stays a hole.
  static constexpr std::chrono::seconds kPatience{20};
  // Events of one run that are brought into memory; a longer one is not looked for.
  static constexpr std::uint64_t kMostEvents = 200'000;
  // Events before a run that the log may have again within it.
  static constexpr std::uint64_t kLookBack = 10'000;

  // The store outlives it.
  LogHoles(const projector::ViewStore& store, std::uint32_t partition, ReadLog read,
           std::chrono::milliseconds patience = kPatience)
      : store_(store), partition_(partition), read_(std::move(read)), patience_(patience) {}

  // The record that stood under an index that cannot be read; ascending. Errc::not_found. Blocks.
  runtime::Result<std::string> record(schemas::EventIndex index);

 private:
  // A run of events that cannot be read.
  struct Run {
    schemas::EventIndex from;
    schemas::EventIndex to;  // behind the last
    std::string before;      // the record before it; empty: it is at the beginning
    std::string after;       // and behind it; empty: it is at the end
  };

  runtime::Result<Run> run_at(schemas::EventIndex index) const;
  runtime::Explained<std::vector<std::string>> find(const Run& run, schemas::LogOffset from) const;
  void look_for(const Run& run);

  const projector::ViewStore& store_;
  const std::uint32_t partition_;
  const ReadLog read_;
  const std::chrono::milliseconds patience_;
  schemas::EventIndex looked_to_;                     // behind the last run that was looked for
  std::map<schemas::EventIndex, std::string> found_;  // of that run
  bool silent_ = false;                               // the log gave nothing for too long
};

}  // namespace waybill::app
