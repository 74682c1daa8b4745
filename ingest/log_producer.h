// LogProducer: the way into a log that lies elsewhere, as the publisher sees it.
//
// Promises: within one producer and one partition, what is in the log is a beginning of what was
// sent, in its order: nothing is left out before something that is there. acknowledged means that
// all in-sync replicas have the record. After a call has failed the producer is of no more use,
// every later call fails with the same words, and nobody knows of what was sent and not
// acknowledged whether it is in the log; all of that is sent again through another producer, whose
// records then come after it.
//
// One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/failure.h"
#include "schemas/ordinal.h"

namespace waybill::ingest {

// What it points into lives until send() has returned.
struct OutRecord {
  std::string_view topic;
  std::uint32_t partition = 0;
  std::string_view key;
  std::string_view value;
  std::vector<std::pair<std::string_view, std::string_view>> headers;
};

// A record that the log has.
struct Acknowledged {
  std::uint64_t tag = 0;      // it was sent with that
  schemas::LogOffset offset;  // where it stands in its partition
};

class LogProducer {
 public:
  virtual ~LogProducer() = default;

  enum class Sent { taken, queue_full };
  // `tag` comes back when the record is acknowledged. queue_full: poll() first, then again.
  virtual runtime::Explained<Sent> send(const OutRecord& record, std::uint64_t tag) = 0;

  // Waits at most `wait` for news. What was acknowledged meanwhile is appended to `news`, also that
  // of a call that fails; of one partition in the order in which it was sent.
  virtual runtime::Explained<void> poll(std::chrono::milliseconds wait,
                                        std::vector<Acknowledged>& news) = 0;

  // The same, and what was sent waits for no company.
  virtual runtime::Explained<void> flush(std::chrono::milliseconds wait,
                                         std::vector<Acknowledged>& news) = 0;

  // How often a broker went away, as of the last poll(): what comes back may have lost what was
  // acknowledged before.
  virtual std::uint64_t losses() const = 0;
};

using MakeProducer = std::function<runtime::Explained<std::unique_ptr<LogProducer>>()>;

}  // namespace waybill::ingest
