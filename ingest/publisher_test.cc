#include "ingest/publisher.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/support/ordinals.h"
#include "tests/support/publisher_world.h"
#include "tests/support/temporary_directory.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;
using runtime::Result;
using schemas::Event;
using tests::Contents;
using tests::keep_all;
using tests::keep_none;
using tests::kPartitions;
using tests::kPause;
using tests::PublisherWorld;
using tests::TopicPartition;
using namespace std::chrono_literals;

constexpr auto kHeldFor = 10s;

using PublisherTest = PublisherWorld;

TEST_F(PublisherTest, EverythingReachesTheLogOnceAndInOrder) {
  write_many(100);
  Event control;
  control.mutable_control()->set_subject("route");
  write(control);
  write_many(100);
  settle();
  EXPECT_EQ(contents(), expected());
  EXPECT_EQ(publisher_->acknowledged_end(), 202_seq);
  EXPECT_EQ(publisher_->trouble(), "");
  EXPECT_EQ(made_, 1);
}

TEST_F(PublisherTest, TheBacklogIsWhatIsDurableAndNotAcknowledged) {
  EXPECT_EQ(publisher_->backlog(), 0u);
  log_.hold_acknowledgements(true);
  write_many(5);
  step();
  EXPECT_EQ(publisher_->backlog(), 5u);
  EXPECT_EQ(publisher_->acknowledged_end(), 1_seq);
  log_.hold_acknowledgements(false);
  step();
  EXPECT_EQ(publisher_->backlog(), 0u);
  EXPECT_EQ(publisher_->acknowledged_end(), 6_seq);
}

TEST_F(PublisherTest, WhatSomebodyWaitsForLingersNoLonger) {
  log_.linger(true);
  write_many(5);
  step();
  EXPECT_EQ(publisher_->backlog(), 5u);
  publisher_->hurry();
  write_many(2);
  step();
  EXPECT_EQ(publisher_->acknowledged_end(), 8_seq);
  write_many(1);
  step();
  EXPECT_EQ(publisher_->backlog(), 1u) << "nobody waits for this one";
}

TEST_F(PublisherTest, APartitionThatStandsStillHoldsTheEndBackAndNotTheOthers) {
  write_many(50);
  const TopicPartition stalled = written_.at(9_seq);
  log_.stall(stalled.first, stalled.second, true);
  step();
  step();
  const Contents there = contents();
  EXPECT_TRUE(there.at(stalled).empty());
  for (const auto& [place, seqs] : expected()) {
    if (place != stalled) {
      EXPECT_EQ(there.at(place), seqs);
    }
  }
  EXPECT_EQ(publisher_->acknowledged_end(), expected().at(stalled).front());
  log_.stall(stalled.first, stalled.second, false);
  settle();
  EXPECT_EQ(contents(), expected());
}

TEST_F(PublisherTest, AFullQueueIsWaitedForAndNothingIsSentTwice) {
  log_.limit_queue(3);
  write_many(50);
  settle();
  EXPECT_EQ(contents(), expected());
  EXPECT_EQ(made_, 1);
}

TEST_F(PublisherTest, AfterAFailureItGoesOnFromTheFirstThatIsNotAcknowledged) {
  write_many(10);
  settle();
  write_many(10);
  log_.fail_send_after(6, keep_all());
  step();
  EXPECT_EQ(publisher_->acknowledged_end(), 11_seq);
  pass(kPause);
  settle();
  EXPECT_EQ(read_once(contents()), expected());
  std::size_t total = 0;
  for (const auto& [place, seqs] : contents()) total += seqs.size();
  EXPECT_EQ(total, 26u);  // the six that were there already came again, and no others
  EXPECT_EQ(made_, 2);
}

TEST_F(PublisherTest, WhatAFailedProducerDidNotWriteIsNotLeftOut) {
  write_many(10);
  log_.fail_send_after(6, keep_none());
  step();
  pass(kPause);
  settle();
  EXPECT_EQ(contents(), expected());
}

TEST_F(PublisherTest, AnotherProcessSendsAgainWhatTheJournalStillHas) {
  log_.hold_acknowledgements(true);
  write_many(10);
  step();
  restart();
  log_.hold_acknowledgements(false);
  write_many(5);
  settle();
  EXPECT_EQ(read_once(contents()), expected());
}

TEST_F(PublisherTest, ARecordThatNobodyCanReadGoesThereWithItsOctets) {
  MemoryJournalStore store;
  const std::string octets("\xff\xff no event");
  ASSERT_TRUE(store.commit({.first_seq = 1_seq, .records = {octets}, .changes = {}}));
  Journal journal(store, {});
  Publisher publisher(journal, store, nullptr, {[this] { return log_.producer(); }, {}},
                      {.partitions = kPartitions}, clock_, metrics_);
  publisher.step(0ms);
  EXPECT_EQ(publisher.backlog(), 0u);
  const auto there =
      log_.records(schemas::kDeliveriesTopic, schemas::partition_of_key("", kPartitions));
  ASSERT_EQ(there.size(), 1u);
  EXPECT_EQ(there.front().value, octets);
  EXPECT_EQ(there.front().key, "");
}

TEST_F(PublisherTest, TheJournalKeepsWhatIsNotAcknowledged) {
  log_.hold_acknowledgements(true);
  write_many(10);
  step();
  pass(2s);
  step();
  EXPECT_EQ(store_.first_seq(), 1_seq);
  log_.hold_acknowledgements(false);
  step();
  pass(2s);
  step();
  EXPECT_EQ(store_.first_seq(), 10_seq);  // a journal in memory keeps its last record
}

// The log of a partition whose brokers lost power, and what they get again.
class LostLogTest : public PublisherWorld {
 protected:
  void SetUp() override {
    keep_ = std::chrono::hours(1);
    acked_file_ = directory_.path("acked");
    restart();
    write_many(200);
    settle();
    pass(2s);
    step();
    EXPECT_EQ(store_.first_seq(), 1_seq) << "kept";
    lost_ = written_.at(100_seq);
  }
  void lose(std::size_t records) {
    const std::size_t there = log_.records(lost_.first, lost_.second).size();
    log_.truncate(lost_.first, lost_.second, schemas::LogOffset(there - records));
  }
  // As long as it may take to look.
  void notice() {
    for (int i = 0; i < 6; ++i) {
      step();
      pass(600ms);
    }
  }
  // Every record is somewhere in its partition.
  void expect_all_there() {
    const Contents there = contents();
    for (const auto& [place, seqs] : expected()) {
      const auto& have = there.at(place);
      for (const schemas::SequenceNumber seq : seqs) {
        EXPECT_NE(std::find(have.begin(), have.end(), seq), have.end())
            << place.second << ' ' << seq.value();
      }
    }
  }

  const tests::TemporaryDirectory directory_;
  TopicPartition lost_;
};

TEST_F(LostLogTest, WhatTheLogAcknowledgedAndLostIsSentAgainWhileNothingHappens) {
  lose(7);
  notice();
  settle();
  expect_all_there();
  EXPECT_EQ(publisher_->backlog(), 0u);
}

TEST_F(LostLogTest, PartitionsThatLostNothingGetNothingTwice) {
  const Contents before = contents();
  lose(7);
  notice();
  settle();
  for (const auto& [place, seqs] : before) {
    if (place != lost_) {
      EXPECT_EQ(contents().at(place), seqs);
    }
  }
  // That one gets all of its records: another relay may have written where it ended.
  EXPECT_EQ(contents().at(lost_).size(), 2 * before.at(lost_).size() - 7);
}

TEST_F(LostLogTest, AnOffsetGivenTwiceSaysItWhereNobodyLooks) {
  look_at_ = {};
  restart();
  lose(7);
  write_many(50);
  settle();
  expect_all_there();
}

// Acknowledgements of several partitions come together, and each has lost something.
TEST_F(LostLogTest, AllPartitionsThatLostSomethingGetItAgain) {
  for (const auto& [place, seqs] : expected()) {
    log_.truncate(place.first, place.second, schemas::LogOffset(seqs.size() - 5));
  }
  // More than was lost: the ends are behind those of before.
  write_many(200);
  notice();
  settle();
  expect_all_there();
}

TEST_F(LostLogTest, WhatAnotherRelayWroteWhereTheLogEndedHidesNothing) {
  lose(7);
  const std::unique_ptr<LogProducer> other = *log_.producer();
  for (std::uint64_t i = 0; i < 3; ++i) {
    const std::string value = tests::forwarded({.delivery = 9'000}).SerializeAsString();
    ASSERT_TRUE(other->send({lost_.first, lost_.second, {}, value, {}}, i));
  }
  std::vector<Acknowledged> news;
  ASSERT_TRUE(other->poll(0ms, news));
  notice();
  settle();
  expect_all_there();
}

TEST_F(LostLogTest, AnEmptyLogGetsAllThatTheJournalHas) {
  for (const auto& [place, seqs] : expected()) {
    log_.truncate(place.first, place.second, 0_offset);
  }
  notice();
  settle();
  EXPECT_EQ(read_once(contents()), expected());
}

TEST_F(LostLogTest, TheNextProcessKnowsWhatTheLogHad) {
  ASSERT_TRUE(store_.note(publisher_->acknowledged_end()));
  publisher_.reset();
  lose(7);
  restart();
  EXPECT_EQ(publisher_->backlog(), 0u);
  notice();
  settle();
  expect_all_there();
}

// What was written after the loss, and not heard of, reaches beyond what was acknowledged before:
// neither the partition's end nor an offset tells of it.
TEST_F(LostLogTest, WhatAFailedProducerWroteUnheardHidesNothing) {
  lose(7);
  log_.hold_acknowledgements(true);
  write_many(200);
  step();
  log_.fail_producers(keep_all());
  step();
  log_.hold_acknowledgements(false);
  pass(kPause);
  notice();
  settle();
  expect_all_there();
}

TEST_F(LostLogTest, APartitionThatDoesNotAnswerStaysInDoubt) {
  lose(7);
  log_.stall(lost_.first, lost_.second, true);
  notice();
  log_.stall(lost_.first, lost_.second, false);
  notice();
  settle();
  expect_all_there();
}

TEST_F(LostLogTest, ASecondLossIsNoticedThoughTheFirstIsNotLookedAtYet) {
  const LookAt whole = look_at_;
  bool answers = false;
  look_at_ = [&](const std::map<LogPlace, schemas::LogOffset>& wanted)
      -> runtime::Explained<std::map<LogPlace, StandsThere>> {
    if (!answers) return runtime::explain(Errc::timeout);
    return whole(wanted);
  };
  restart();
  step();
  lose(7);
  write_many(50);
  notice();
  lose(2);
  notice();
  answers = true;
  notice();
  settle();
  expect_all_there();
}

// What is acknowledged while a loss is in doubt says nothing of what was before.
TEST_F(LostLogTest, ALossThatNobodyHasLookedAtIsKnownToTheNextProcess) {
  const LookAt whole = look_at_;
  look_at_ = [](const std::map<LogPlace, schemas::LogOffset>&)
      -> runtime::Explained<std::map<LogPlace, StandsThere>> {
    return runtime::explain(Errc::timeout);
  };
  ASSERT_TRUE(store_.note(publisher_->acknowledged_end()));
  restart();
  log_.hold_acknowledgements(true);
  write_many(200);
  lose(7);
  step();
  // Behind what was acknowledged before the loss: no offset is given twice.
  log_.fail_producers(keep_all());
  step();
  log_.hold_acknowledgements(false);
  pass(kPause);
  settle();
  pass(11s);
  step();
  ASSERT_TRUE(store_.note(publisher_->acknowledged_end()));
  look_at_ = whole;
  restart();
  notice();
  settle();
  expect_all_there();
}

TEST_F(LostLogTest, WithoutALossNobodyLooks) {
  int looks = 0;
  const LookAt whole = look_at_;
  look_at_ = [&](const std::map<LogPlace, schemas::LogOffset>& wanted) {
    ++looks;
    return whole(wanted);
  };
  ASSERT_TRUE(store_.note(publisher_->acknowledged_end()));
  restart();
  notice();
  EXPECT_EQ(looks, 1) << "once after the start";
  write_many(20);
  notice();
  EXPECT_EQ(looks, 1);
  EXPECT_EQ(contents(), expected());
}

TEST_F(LostLogTest, AJournalThatFillsKeepsNothingForTheLog) {
  max_octets_ = 4 * journal_.octets() + 4;
  restart();
  settle();
  pass(2s);
  step();
  EXPECT_EQ(store_.first_seq(), 1_seq);
  max_octets_ = 4 * journal_.octets() - 4;
  restart();
  settle();
  pass(2s);
  step();
  EXPECT_EQ(store_.first_seq(), 200_seq);
}

TEST_F(LostLogTest, AfterItsTimeTheJournalLetsGo) {
  pass(std::chrono::hours(1) + 61s);
  step();
  pass(2s);
  step();
  EXPECT_EQ(store_.first_seq(), 200_seq);  // a journal in memory keeps its last record
}

TEST_F(PublisherTest, TheJournalKeepsWhatOnePartitionHasNotAcknowledged) {
  write_many(20);
  const TopicPartition stalled = written_.at(9_seq);
  const schemas::SequenceNumber first = expected().at(stalled).front();
  log_.stall(stalled.first, stalled.second, true);
  step();
  pass(2s);
  step();
  EXPECT_EQ(publisher_->acknowledged_end(), first);
  EXPECT_EQ(store_.first_seq(), first);
}

TEST_F(PublisherTest, TheJournalKeepsTheAcceptanceOfAnOpenDelivery) {
  write_many(4);
  write(tests::accepted({.delivery = 1}));
  write_many(4);
  settle();
  pass(2s);
  step();
  EXPECT_EQ(store_.first_seq(), 5_seq);
  write(tests::forwarded({.delivery = 1}));
  settle();
  pass(2s);
  step();
  EXPECT_EQ(store_.first_seq(), 10_seq);
}

TEST_F(PublisherTest, WhileNoProducerCanBeMadeItSaysWhyAndTriesNowAndThen) {
  log_.refuse_producers("no broker is known");
  write_many(3);
  for (int i = 0; i < 5; ++i) step();
  EXPECT_EQ(publisher_->trouble(), "no broker is known");
  EXPECT_EQ(publisher_->backlog(), 3u);
  EXPECT_EQ(made_, 1);
  pass(kPause);
  step();
  EXPECT_EQ(made_, 2);
  log_.refuse_producers({});
  step();
  EXPECT_EQ(made_, 2);
  pass(kPause);
  step();
  EXPECT_EQ(publisher_->trouble(), "");
  EXPECT_EQ(publisher_->backlog(), 0u);
}

TEST_F(PublisherTest, AProducersOwnReasonIsTheTrouble) {
  log_.fail_send_after(2, keep_none());
  write_many(3);
  step();
  EXPECT_EQ(publisher_->trouble(), "the producer was told to fail");
  pass(kPause);
  step();
  EXPECT_EQ(publisher_->trouble(), "");
}

TEST_F(PublisherTest, LongSilenceIsTroubleAndTheNextAcknowledgementItsEnd) {
  log_.hold_acknowledgements(true);
  write_many(3);
  step();
  pass(4'900ms);
  step();
  EXPECT_EQ(publisher_->trouble(), "");
  pass(200ms);
  step();
  EXPECT_NE(publisher_->trouble().find("no acknowledgement for 5 s"), std::string::npos);
  log_.hold_acknowledgements(false);
  step();
  EXPECT_EQ(publisher_->trouble(), "");
}

TEST_F(PublisherTest, SilenceWhereThereIsNothingToSayIsNoTrouble) {
  write_many(3);
  settle();
  pass(60s);
  step();
  EXPECT_EQ(publisher_->trouble(), "");
  write_many(1);
  log_.hold_acknowledgements(true);
  step();
  pass(4'900ms);
  step();
  EXPECT_EQ(publisher_->trouble(), "");
}

// Replies that wait for the log (ack = "kafka").
class HeldPublisherTest : public PublisherTest {
 protected:
  using Answer = std::shared_ptr<std::optional<Result<void>>>;

  HeldPublisherTest() {
    held_.emplace(clock_, kHeldFor);
    journal_.hold_replies(*held_);
    restart();
  }
  // Before the event loop on which those wait who are still held.
  ~HeldPublisherTest() override {
    publisher_.reset();
    held_.reset();
  }

  Answer record(Event event) {
    const auto answer = std::make_shared<std::optional<Result<void>>>();
    boost::asio::co_spawn(io_, journal_.append({std::move(event)}),
                          [answer](std::exception_ptr, Result<void> told) { *answer = told; });
    run();
    journal_.commit_pending();
    run();
    return answer;
  }

  void run() {
    io_.restart();
    io_.poll();
  }

  boost::asio::io_context io_;
};

TEST_F(HeldPublisherTest, SuccessIsSaidOnceTheLogHasTheRecord) {
  log_.hold_acknowledgements(true);
  const Answer answer = record(tests::forwarded({}));
  step();
  run();
  EXPECT_FALSE(answer->has_value());
  EXPECT_EQ(journal_.end_seq(), 2_seq);
  log_.hold_acknowledgements(false);
  step();
  run();
  ASSERT_TRUE(answer->has_value());
  EXPECT_TRUE(**answer);
}

TEST_F(HeldPublisherTest, AnotherPartitionsAcknowledgementIsNoReasonToSaySuccess) {
  const std::uint32_t own = schemas::partition_of_key("shop@forward.test", kPartitions);
  std::string other = "a@forward.test";
  while (schemas::partition_of_key(other, kPartitions) == own) other.insert(0, 1, 'a');
  log_.stall(schemas::kDeliveriesTopic, own, true);
  const Answer answer = record(tests::forwarded({.alias = "shop@forward.test"}));
  const Answer later = record(tests::forwarded({.alias = other}));
  step();
  run();
  EXPECT_EQ(
      log_.records(schemas::kDeliveriesTopic, schemas::partition_of_key(other, kPartitions)).size(),
      1u);
  EXPECT_FALSE(answer->has_value());
  EXPECT_FALSE(later->has_value());
  log_.stall(schemas::kDeliveriesTopic, own, false);
  step();
  run();
  EXPECT_TRUE(answer->has_value());
  EXPECT_TRUE(later->has_value());
}

TEST_F(HeldPublisherTest, ATimeoutIsSaidAndTheRecordReachesTheLogLater) {
  log_.hold_acknowledgements(true);
  const Answer answer = record(tests::forwarded({}));
  step();
  pass(kHeldFor + 1ms);
  step();
  run();
  ASSERT_TRUE(answer->has_value());
  ASSERT_FALSE(**answer);
  EXPECT_EQ((**answer).error(), Errc::timeout);
  log_.hold_acknowledgements(false);
  step();
  run();
  EXPECT_EQ(publisher_->backlog(), 0u);
  EXPECT_EQ(held_->size(), 0u);
  const Answer next = record(tests::forwarded({}));
  step();
  run();
  ASSERT_TRUE(next->has_value());
  EXPECT_TRUE(**next);
}

TEST_F(HeldPublisherTest, ATimeoutIsSaidEvenWithoutAProducer) {
  log_.refuse_producers("no broker is known");
  const Answer answer = record(tests::forwarded({}));
  step();
  pass(kHeldFor + 1ms);
  step();
  run();
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ((**answer).error(), Errc::timeout);
}

}  // namespace
}  // namespace waybill::ingest
