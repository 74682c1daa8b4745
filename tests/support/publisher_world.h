// PublisherWorld: a publisher that is driven round by round, between a journal and a log in memory,
// and who knows what the log must hold.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "ingest/memory_journal_store.h"
#include "ingest/memory_log.h"
#include "ingest/publisher.h"
#include "schemas/partition.h"
#include "tests/support/event_log.h"
#include "tests/support/virtual_clock.h"

namespace waybill::tests {

inline constexpr std::uint32_t kPartitions = 4;
inline constexpr std::chrono::milliseconds kPause{500};
using TopicPartition = std::pair<std::string, std::uint32_t>;
// The numbers of the records that each partition holds, as they stand in it.
using Contents = std::map<TopicPartition, std::vector<schemas::SequenceNumber>>;

inline ingest::MemoryLog::Kept keep_none() {
  return [](std::size_t) { return 0; };
}
inline ingest::MemoryLog::Kept keep_all() {
  return [](std::size_t unwritten) { return unwritten; };
}

class PublisherWorld : public ::testing::Test {
 protected:
  PublisherWorld() {
    log_.create_topic(schemas::kDeliveriesTopic, kPartitions);
    log_.create_topic(schemas::kControlTopic, 1);
    log_.create_topic(schemas::kAccessTopic, 1);
    restart();
  }

  // As another process on the same journal.
  void restart() {
    publisher_.reset();
    publisher_.emplace(journal_, store_, held_ ? &*held_ : nullptr,
                       ingest::PublishedLog{[this] {
                                              ++made_;
                                              return log_.producer();
                                            },
                                            look_at_},
                       ingest::PublisherSettings{.partitions = kPartitions,
                                                 .pause = kPause,
                                                 .keep = keep_,
                                                 .max_octets = max_octets_,
                                                 .acked_file = acked_file_},
                       clock_, metrics_);
  }

  // Makes one event durable; it gets the next number.
  void write(schemas::Event event) {
    event.set_node("mx1");
    (void)journal_.begin({event});
    journal_.commit_pending();
    const bool delivery = !event.has_control() && !event.has_access();
    const std::uint32_t partition =
        delivery ? schemas::partition_of_key(event.alias(), kPartitions) : 0;
    const char* const topic = event.has_control()  ? schemas::kControlTopic
                              : event.has_access() ? schemas::kAccessTopic
                                                   : schemas::kDeliveriesTopic;
    written_.emplace(++last_seq_, TopicPartition(topic, partition));
  }

  // `count` events that are open nowhere, of several addresses.
  void write_many(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      write(forwarded({.alias = alias(i), .delivery = 1'000 + i}));
    }
  }

  static std::string alias(unsigned number) {
    return "a" + std::to_string(number % 13) + "@forward.test";
  }

  void step() { publisher_->step(std::chrono::milliseconds(0)); }

  void pass(std::chrono::milliseconds time) {
    clock_.call_at(clock_.now() + time, [] {});
    clock_.advance();
  }

  // Rounds until everything is acknowledged; the world is well.
  void settle() {
    for (int rounds = 0; publisher_->backlog() > 0 && rounds < 200; ++rounds) {
      step();
      pass(std::chrono::milliseconds(50));
    }
    EXPECT_EQ(publisher_->backlog(), 0u);
  }

  Contents contents() const {
    Contents out;
    for (const auto& [seq, place] : written_) {
      if (out.contains(place)) continue;
      auto& seqs = out[place];
      for (const ingest::MemoryRecord& record : log_.records(place.first, place.second)) {
        seqs.push_back(schemas::read_envelope(record.value)->node_seq);
      }
    }
    return out;
  }

  // What a reader keeps that skips what is not above the last number of its node.
  static Contents read_once(const Contents& contents) {
    Contents out;
    for (const auto& [place, seqs] : contents) {
      schemas::SequenceNumber last;
      for (const schemas::SequenceNumber seq : seqs) {
        if (seq > last) out[place].push_back(last = seq);
      }
    }
    return out;
  }

  // All that was written, each where it belongs and in its order.
  Contents expected() const {
    Contents out;
    for (const auto& [seq, place] : written_) out[place].push_back(seq);
    return out;
  }

  // Whatever happens, of every partition the log has a beginning, and all that is acknowledged;
  // and the journal has all that is not.
  void expect_nothing_lost() const {
    const Contents want = expected();
    const Contents read = read_once(contents());
    for (const auto& [place, seqs] : want) {
      const auto found = read.find(place);
      const std::vector<schemas::SequenceNumber> there =
          found == read.end() ? std::vector<schemas::SequenceNumber>() : found->second;
      ASSERT_LE(there.size(), seqs.size());
      ASSERT_TRUE(std::equal(there.begin(), there.end(), seqs.begin()))
          << place.first << " " << place.second << " leaves a record out";
      for (const schemas::SequenceNumber seq : seqs) {
        const bool acknowledged = seq < publisher_->acknowledged_end();
        ASSERT_TRUE(!acknowledged || std::binary_search(there.begin(), there.end(), seq))
            << seq.value();
      }
    }
    ASSERT_LE(store_.first_seq(), publisher_->acknowledged_end());
    for (const ingest::OpenDelivery& open : *store_.open_deliveries()) {
      ASSERT_LE(store_.first_seq(), open.accepted_seq);
    }
  }

  ingest::MemoryJournalStore store_;
  ingest::Journal journal_{store_, {}};
  VirtualClock clock_;
  runtime::Metrics metrics_;
  ingest::MemoryLog log_;
  ingest::LookAt look_at_ = log_.look_at();
  std::chrono::seconds keep_{0};
  std::uint64_t max_octets_ = UINT64_MAX;
  std::string acked_file_;
  std::optional<ingest::HeldReplies> held_;
  std::optional<ingest::Publisher> publisher_;
  std::map<schemas::SequenceNumber, TopicPartition> written_;
  schemas::SequenceNumber last_seq_;
  int made_ = 0;
};

}  // namespace waybill::tests
