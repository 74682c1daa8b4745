// EventLog: a log that a test writes line by line, for everything that folds one.
//
//   EventLog log;
//   log.add(accepted({.message = 7, .delivery = 1}));
//   log.add(forwarded({.message = 7, .delivery = 1}));
//   projector->project(log.records());
//
// An event that says nothing of its own is of the n-th second after kLogStart and of node "mx1".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/event_stream.h"
#include "schemas/event.h"
#include "schemas/ids.h"

namespace waybill::tests {

inline constexpr std::uint64_t kSecond = 1'000'000'000;
inline constexpr std::uint64_t kLogStart = 1'772'366'400 * kSecond;  // 2026-03-01T12:00:00Z

// One copy of one message: what an event speaks of. Numbers become ids; 0 is none.
struct Copy {
  std::string alias = "shop@forward.test";
  std::string sender = "ann@origin.test";
  std::string target = "owner@mailbox.test";
  std::string domain = "forward.test";
  unsigned message = 1;
  unsigned delivery = 1;
};

schemas::MessageId message_id(unsigned number);
schemas::DeliveryId delivery_id(unsigned number);

// The envelope alone, of which no body is set.
schemas::Event envelope(const Copy& copy);

schemas::Event accepted(const Copy& copy, std::uint64_t size = 1000);
// The same message for one further target.
void add_target(schemas::Event& accepted, unsigned delivery, std::string_view target);
schemas::Event forwarded(const Copy& copy);
schemas::Event rejected(const Copy& copy, schemas::pb::VerdictBy by);
schemas::Event deferred(const Copy& copy);
schemas::Event dropped(const Copy& copy);
schemas::Event in_doubt(const Copy& copy);
// As a report comes: from the null sender.
schemas::Event bounced(const Copy& copy, schemas::pb::BounceClass report);

class EventLog {
 public:
  // Fills in what the event leaves open: time, node and node_seq. Gives the offset.
  schemas::LogOffset add(schemas::Event event);
  // Octets that are no event.
  schemas::LogOffset add_raw(std::string octets);
  // The record at `offset` once more, as a publisher sends it again after a crash.
  schemas::LogOffset repeat(schemas::LogOffset offset);

  schemas::LogOffset end() const { return schemas::LogOffset(records_.size()); }
  std::size_t size() const { return records_.size(); }
  // From offset `from` on, at most `most`.
  std::vector<ingest::LogRecord> records(schemas::LogOffset from = {},
                                         std::size_t most = SIZE_MAX) const;

 private:
  std::vector<ingest::LogRecord> records_;
  std::uint64_t last_seq_ = 0;
};

// `events` of every kind about a few addresses, in an order that `seed` alone decides, with
// outcomes, reports, duplicates and undecodable records among them.
EventLog mixed_log(std::uint32_t seed, std::size_t events);

}  // namespace waybill::tests
