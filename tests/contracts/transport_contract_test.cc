#include "tests/contracts/transport_contract.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>
#include <thread>

#include "runtime/asio_clock.h"

namespace waybill::tests {
namespace {

using namespace std::chrono_literals;
using runtime::Instant;
using stream::Fate;
using stream::Outcome;
using stream::Record;
using stream::Transport;
using stream::Trouble;

// Longer than any answer on loopback takes, where the machine is busy.
constexpr auto kTransportPatience = 20s;
// How late a call may end behind its deadline, or behind cancel().
constexpr auto kTransportLateness = 1s;

const char* word_of(Habit habit) {
  switch (habit) {
    case Habit::well: return "well";
    case Habit::refuses: return "refuses";
    case Habit::mute: return "mute";
    case Habit::cuts: return "cuts";
    case Habit::resets: return "resets";
    case Habit::ends: return "ends";
    case Habit::late: return "late";
    case Habit::dies_silent: return "dies_silent";
  }
  return "";
}

class TransportContract : public testing::TestWithParam<TransportAdapter> {
 protected:
  void SetUp() override {
    world_ = GetParam().make();
    for (std::size_t i = 0; i < kRecords; ++i) records_.push_back(contract_record(i));
  }

  Instant in(runtime::Duration span) const { return clock_.now() + span; }
  Transport& transport() { return world_->transport(); }

  // One batch of what is not confirmed yet, and a barrier. True: all is confirmed.
  bool step(runtime::Duration patience) {
    std::vector<Record> batch;
    for (const Record& record : records_) {
      if (!confirmed_.contains(record.id)) batch.push_back(record);
      if (batch.size() == kBatch) break;
    }
    if (batch.empty()) return true;
    const Outcome out = transport().send(batch, in(patience));
    EXPECT_EQ(out.records.size(), batch.size());
    std::vector<std::string> open;
    bool again = false;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Fate fate = out.records[i].fate;
      EXPECT_NE(fate, Fate::refused) << out.records[i].why;
      if (fate == Fate::confirmed || fate == Fate::repeat) confirmed_.insert(batch[i].id);
      if (fate == Fate::open) open.push_back(batch[i].id);
      again = again || fate == Fate::again;
    }
    EXPECT_EQ(again, out.trouble != Trouble::none) << "what has to be sent again has a reason";
    EXPECT_EQ(out.trouble == Trouble::none, out.why.why.empty()) << out.why.why;
    if (!open.empty() && out.trouble == Trouble::none) confirm(open, patience);
    expect_no_claim();
    return false;
  }

  void confirm(const std::vector<std::string>& open, runtime::Duration patience) {
    auto read = transport().confirm(in(patience));
    if (read && *read) confirmed_.insert(open.begin(), open.end());
    if (!read) {
      EXPECT_FALSE(read.error().why.empty());
    }
  }

  // No record is confirmed that has not arrived, and every arrival of one is the same octets.
  void expect_no_claim() {
    std::map<std::string, std::string> octets;
    for (const ArrivedRecord& arrived : world_->arrived()) {
      const auto [known, first] = octets.emplace(arrived.id, arrived.octets);
      ASSERT_EQ(known->second, arrived.octets) << "a repeat is the same";
    }
    for (const std::string& id : confirmed_) {
      ASSERT_TRUE(octets.contains(id)) << id << " was confirmed and has not arrived";
    }
  }

  void deliver_all(runtime::Duration patience) {
    const Instant end = in(60s);
    while (!HasFatalFailure() && !step(patience)) ASSERT_LT(clock_.now(), end) << "not all came";
  }

  static constexpr std::size_t kRecords = 400;
  static constexpr std::size_t kBatch = 100;
  runtime::AsioClock clock_;
  std::unique_ptr<TransportWorld> world_;
  std::vector<Record> records_;
  std::set<std::string> confirmed_;
};

TEST_P(TransportContract, WhatIsConfirmedHasArrivedInItsOctets) {
  deliver_all(kTransportPatience);
  std::size_t at = 0;
  for (const ArrivedRecord& arrived : world_->arrived()) {
    ASSERT_LT(at, records_.size());
    EXPECT_EQ(arrived.id, records_[at].id) << "in their order, and once";
    EXPECT_TRUE(arrived.octets.ends_with(records_[at].body));
    ++at;
  }
  EXPECT_EQ(at, kRecords);
}

// Each habit alone, and again on the next connection; then the receiver is well.
TEST_P(TransportContract, AReceiverThatHasABadDayGetsEveryRecordInTheEnd) {
  for (const Habit habit : GetParam().habits) {
    SCOPED_TRACE(word_of(habit));
    world_ = GetParam().make();
    confirmed_.clear();
    // Some records come first, so that the bad day begins behind them.
    step(kTransportPatience);
    ASSERT_FALSE(confirmed_.empty());
    world_->behave(habit, 2);
    if (habit == Habit::refuses) {
      world_->end_all();
      for (int i = 0; i < 3; ++i) step(300ms);
      world_->behave(Habit::well, 0);
    }
    // A receiver that answers late, or never, is left before it does.
    const bool waits = habit == Habit::mute || habit == Habit::late;
    world_->end_all();
    for (int i = 0; i < 3; ++i) step(waits ? 150ms : 2s);
    world_->behave(Habit::well, 0);
    deliver_all(waits ? 1s : kTransportPatience);
  }
}

// The first records behind a connection that the peer closed in peace are those that senders lose
// which never read (rsyslog#3929).
TEST_P(TransportContract, AnEndWhileNothingIsSentCostsNothing) {
  for (int round = 0; round < 3; ++round) {
    step(kTransportPatience);
    ASSERT_EQ(confirmed_.size(), kBatch * (round + 1));
    world_->end_all();
    std::this_thread::sleep_for(50ms);
  }
  deliver_all(kTransportPatience);
}

// Two batches, and the receiver goes between them: a barrier of the second connection says nothing
// of what went into the first.
TEST_P(TransportContract, ALaterConnectionConfirmsNothingOfAnEarlierOne) {
  for (const Habit habit : GetParam().habits) {
    if (habit != Habit::cuts && habit != Habit::resets && habit != Habit::ends) continue;
    SCOPED_TRACE(word_of(habit));
    world_ = GetParam().make();
    confirmed_.clear();
    world_->behave(habit, 1);
    std::vector<std::string> open;
    bool trouble = false;
    for (const std::size_t at : {std::size_t{0}, kBatch}) {
      const auto batch = std::span(records_).subspan(at, kBatch);
      const Outcome out = transport().send(batch, in(kTransportPatience));
      trouble = out.trouble != Trouble::none;
      // What was open has to be sent again.
      if (trouble) open.clear();
      for (std::size_t i = 0; i < kBatch; ++i) {
        if (out.records[i].fate == Fate::confirmed) confirmed_.insert(batch[i].id);
        if (out.records[i].fate == Fate::open) open.push_back(batch[i].id);
      }
      // The receiver's end comes.
      std::this_thread::sleep_for(50ms);
    }
    if (!trouble) confirm(open, kTransportPatience);
    expect_no_claim();
  }
}

TEST_P(TransportContract, ACallEndsByItsDeadline) {
  for (const Habit habit : GetParam().habits) {
    SCOPED_TRACE(word_of(habit));
    world_ = GetParam().make();
    confirmed_.clear();
    world_->behave(habit, 100);
    const Instant deadline = in(300ms);
    while (clock_.now() < deadline) {
      const Instant before = clock_.now();
      const auto out = transport().send(std::span(records_).first(kBatch), in(100ms));
      ASSERT_EQ(out.records.size(), kBatch);
      ASSERT_LT(clock_.now(), before + 100ms + kTransportLateness);
      const Instant then = clock_.now();
      (void)transport().confirm(in(100ms));
      ASSERT_LT(clock_.now(), then + 100ms + kTransportLateness);
    }
  }
}

TEST_P(TransportContract, ACallEndsSoonAfterItIsCancelled) {
  std::vector<Habit> habits = GetParam().habits;
  habits.push_back(Habit::well);
  for (const Habit habit : habits) {
    if (habit != Habit::mute && habit != Habit::well) continue;
    SCOPED_TRACE(word_of(habit));
    world_ = GetParam().make();
    world_->behave(habit, 100);
    std::thread other([this] {
      std::this_thread::sleep_for(100ms);
      transport().cancel();
    });
    const Instant before = clock_.now();
    Outcome out;
    do {
      out = transport().send(std::span(records_).first(kBatch), in(60s));
      if (out.trouble == Trouble::none && !transport().confirm(in(60s))) break;
    } while (out.trouble == Trouble::none);
    const Instant after = clock_.now();
    other.join();
    EXPECT_GE(after, before + 90ms);
    EXPECT_LT(after, before + 100ms + kTransportLateness);
    out = transport().send(std::span(records_).first(1), in(60s));
    EXPECT_EQ(out.trouble, Trouble::weather) << "and so it stays";
    EXPECT_EQ(out.records.at(0).fate, Fate::again);
    EXPECT_FALSE(out.why.why.empty());
  }
}

TEST_P(TransportContract, ANewlineAndWhatLooksLikeAFrameAreOfTheRecordThatHasThem) {
  const std::string odd =
      " one\n12 <134>1 - - - - - - two\r\n5 syslog 3 abc\nthree \x01 \xF0\x9F\x93\xAC";
  for (std::size_t i = 0; i < records_.size(); i += 2) records_[i].body += odd;
  if (GetParam().newlines == TransportAdapter::Newlines::taken) {
    deliver_all(kTransportPatience);
    std::size_t at = 0;
    for (const ArrivedRecord& arrived : world_->arrived()) {
      EXPECT_TRUE(arrived.octets.ends_with(records_.at(at++).body));
    }
    EXPECT_EQ(at, kRecords);
    return;
  }
  const auto out = transport().send(std::span(records_).first(2), in(kTransportPatience));
  EXPECT_EQ(out.records.at(0).fate, Fate::refused);
  EXPECT_FALSE(out.records.at(0).why.empty());
  EXPECT_EQ(out.records.at(1).fate, Fate::confirmed);
  ASSERT_EQ(world_->arrived().size(), 1u);
  EXPECT_EQ(world_->arrived()[0].id, records_[1].id);
}

INSTANTIATE_TEST_SUITE_P(Transports, TransportContract,
                         testing::Values(syslog_tls_adapter(), syslog_tls_fin_adapter(),
                                         syslog_tcp_adapter(), relp_adapter(), relp_tls_adapter(),
                                         line_file_adapter()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace waybill::tests
