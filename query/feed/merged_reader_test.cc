// A reader of partitions of which one is here and two are on other nodes.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <set>

#include "query/feed/reader.h"
#include "tests/support/archive_part.h"
#include "tests/support/event_log.h"
#include "tests/support/feed_lines.h"
#include "tests/support/ordinals.h"

namespace waybill::query::feed {

using namespace schemas::ordinal_literals;

namespace {

using tests::ArchivePart;
using MergedLines = std::vector<tests::FeedLine>;
using MergedEvents = tests::ToldEvents;

// Partition 0 is here. Of the others `owners` has the archives that are asked.
class MergedReaderTest : public testing::Test {
 protected:
  MergedReaderTest() {
    wish_.from = {0_index, 0_index, 0_index};
    owners_ = {{1, &parts_[1]}, {2, &parts_[2]}};
  }
  ~MergedReaderTest() override { parts_[0].end.close(); }

  std::unique_ptr<Reader> reader() {
    std::vector<Partition> partitions;
    partitions.push_back({0, std::make_shared<projector::Archive>(parts_[0].store), &parts_[0].end,
                          [this] { return parts_[0].lag; }});
    for (const std::uint32_t number : {1U, 2U}) {
      partitions.push_back({number, nullptr, &ends_.end(number),
                            [this, number] { return ends_.state(number).lag; }});
    }
    Elsewhere elsewhere{&ends_, [this](const ShareQuestion& asked) { return answer(asked); }};
    return std::make_unique<Reader>(std::move(partitions), wish_, clock_, std::move(elsewhere));
  }
  // As an owner does.
  std::vector<Share> answer(const ShareQuestion& question) {
    asked_.push_back(question);
    std::vector<Share> out;
    for (const auto& place : question.places) {
      if (refused_.contains(place.at.partition)) {
        out.emplace_back().partition = place.at.partition;
        out.back().is_refused = true;
        continue;
      }
      const auto owner = owners_.find(place.at.partition);
      if (owner == owners_.end()) continue;
      ArchivePart& part = *owner->second;
      Share& share = out.emplace_back();
      share.partition = place.at.partition;
      share.end = part.end.index();
      share.next = place.at.index;
      LocalReading reading(share.partition, std::make_shared<projector::Archive>(part.store));
      const auto read = reading.read(share.next, share.end, wish_.filter, [&](const Line& line) {
        share.lines.push_back(
            {std::string(line.kind), line.is_event(), std::string(line.json), line.next});
        return true;
      });
      EXPECT_TRUE(read);
    }
    return out;
  }
  // It was asked how far the partition is, and said so.
  void learn(std::uint32_t partition) {
    ArchivePart& part = *owners_.at(partition);
    ends_.learned(partition, part.end.index(), part.lag, "p2");
  }
  void learn_all() {
    for (const auto& [partition, owner] : owners_) learn(partition);
  }
  // As a server does: until there is nothing, or the end.
  MergedLines pull_all(Reader& reader) {
    MergedLines out;
    for (int i = 0; i < 1'000 && reader.ready(); ++i) {
      reader.asks_others();
      const http::Piece piece = reader.pull();
      EXPECT_TRUE(piece);
      if (!piece || !*piece) return out;
      const auto more = tests::lines_of(**piece);
      out.insert(out.end(), more.begin(), more.end());
    }
    EXPECT_FALSE(reader.ready()) << "it goes round and round";
    return out;
  }
  static MergedEvents sorted(MergedEvents events) {
    std::sort(events.begin(), events.end());
    return events;
  }
  static std::string missing(const tests::FeedLine& line) {
    const auto* const list = line.body.if_contains("missing");
    return list == nullptr ? "none" : boost::json::serialize(*list);
  }

  tests::StillClock clock_;
  std::array<ArchivePart, 3> parts_;
  std::map<std::uint32_t, ArchivePart*> owners_;
  std::set<std::uint32_t> refused_;
  PeerEnds ends_{{1, 2}, clock_};
  Wish wish_{.filter = {.sight = schemas::Sight::all()}};
  std::vector<ShareQuestion> asked_;
  const tests::Copy copy_;
};

// An owner that is there, and refuses this question: others are still asked, and nobody else loses
// it.
TEST_F(MergedReaderTest, ARefusedQuestionIsOfItsReaderAlone) {
  for (ArchivePart& part : parts_) part.add(tests::dropped(copy_), 2);
  learn_all();
  refused_ = {1};
  const auto one = reader();
  const auto lines = pull_all(*one);
  EXPECT_EQ(tests::events_of(lines).size(), 4U);
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const auto& line) { return missing(line) == "[1]"; }),
            1);
  EXPECT_TRUE(ends_.state(1).in_reach);
  const std::size_t asked = asked_.size();
  EXPECT_FALSE(one->ready());
  clock_.move(kRefusedRetry);
  ASSERT_TRUE(one->ready());
  EXPECT_TRUE(pull_all(*one).empty()) << "it is said once";
  EXPECT_EQ(asked_.size(), asked + 1);
  refused_.clear();
  clock_.move(kRefusedRetry);
  EXPECT_EQ(tests::events_of(pull_all(*one)).size(), 2U);
}

TEST_F(MergedReaderTest, TellsAllPartitionsInOneStreamWithOneCursor) {
  for (ArchivePart& part : parts_) part.add(tests::dropped(copy_), 2);
  parts_[2].lag = 3;
  learn_all();
  const auto reader = this->reader();
  const auto lines = pull_all(*reader);
  ASSERT_EQ(lines.size(), 7U);
  EXPECT_EQ(lines[0].member, "progress");
  EXPECT_EQ(lines[0].body.at("unread"), 6);
  EXPECT_EQ(lines[0].body.at("lag"), 3);
  EXPECT_EQ(missing(lines[0]), "none");
  EXPECT_EQ(sorted(tests::events_of(lines)),
            (MergedEvents{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 0}, {2, 1}}));
  EXPECT_EQ(lines.back().cursor, to_cursor({2_index, 2_index, 2_index}));
  ASSERT_EQ(asked_.size(), 1U) << "both in one question";
  EXPECT_EQ(asked_[0].places.size(), 2U);
  EXPECT_EQ(asked_[0].places[0].first, "p2");
  EXPECT_EQ(asked_[0].octets, kPieceOctets / 2) << "together no more than a piece";
}

TEST_F(MergedReaderTest, AsksNobodyWhileThereIsNothing) {
  learn_all();
  const auto reader = this->reader();
  pull_all(*reader);
  parts_[0].add(tests::dropped(copy_));
  parts_[2].add(tests::dropped(copy_));
  EXPECT_EQ(tests::events_of(pull_all(*reader)), (MergedEvents{{0, 0}}));
  EXPECT_TRUE(asked_.empty());
  learn(2);
  EXPECT_TRUE(reader->ready());
  EXPECT_EQ(tests::events_of(pull_all(*reader)), (MergedEvents{{2, 0}}));
  ASSERT_EQ(asked_.size(), 1U);
  EXPECT_EQ(asked_[0].places.size(), 1U) << "the one that has something";
}

// No stream waits behind one that asks others, nor does what is here.
TEST_F(MergedReaderTest, WhatIsHereAndWhatIsElsewhereTakeTurns) {
  parts_[0].add(tests::dropped(copy_), 3'000);
  parts_[1].add(tests::dropped(copy_), 1'000);
  learn_all();
  const auto reader = this->reader();
  std::string turns;
  for (int i = 0; i < 6; ++i) {
    turns += reader->asks_others() ? 'o' : 'h';
    ASSERT_TRUE(reader->pull());
  }
  EXPECT_EQ(turns, "hohoho");
}

TEST_F(MergedReaderTest, GoesOnBehindEachCursorThatItGave) {
  parts_[0].add(tests::dropped(copy_), 3);
  parts_[1].add(tests::forwarded(copy_), 2);
  parts_[2].add(tests::dropped(copy_), 4);
  learn_all();
  const auto lines = pull_all(*reader());
  const MergedEvents all = sorted(tests::events_of(lines));
  ASSERT_EQ(all.size(), 9U);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    wish_.from = *from_cursor(lines[i].cursor);
    MergedEvents both =
        tests::events_of({lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(i) + 1});
    const MergedEvents rest = tests::events_of(pull_all(*reader()));
    both.insert(both.end(), rest.begin(), rest.end());
    EXPECT_EQ(sorted(both), all) << i;
  }
}

TEST_F(MergedReaderTest, ALimitEndsItInTheMidstOfWhatAnOwnerSaid) {
  parts_[1].add(tests::dropped(copy_), 4);
  parts_[2].add(tests::dropped(copy_), 4);
  learn_all();
  wish_.limit = 3;
  const auto first = pull_all(*reader());
  EXPECT_EQ(tests::events_of(first), (MergedEvents{{1, 0}, {1, 1}, {1, 2}}));
  EXPECT_EQ(asked_[0].limit, 3U);
  EXPECT_EQ(first.back().cursor, to_cursor({0_index, 3_index, 0_index}));
  wish_.from = *from_cursor(first.back().cursor);
  wish_.limit.reset();
  EXPECT_EQ(sorted(tests::events_of(pull_all(*reader()))),
            (MergedEvents{{1, 3}, {2, 0}, {2, 1}, {2, 2}, {2, 3}}));
}

TEST_F(MergedReaderTest, APeerThatIsAwayIsNamedAndTheOthersGoOn) {
  for (ArchivePart& part : parts_) part.add(tests::dropped(copy_));
  learn(1);
  const auto reader = this->reader();
  const auto lines = pull_all(*reader);
  EXPECT_EQ(missing(lines[0]), "[2]");
  EXPECT_FALSE(lines[0].body.contains("lag")) << "nobody knows the other's";
  EXPECT_EQ(sorted(tests::events_of(lines)), (MergedEvents{{0, 0}, {1, 0}}));
  EXPECT_EQ(lines.back().cursor, to_cursor({1_index, 1_index, 0_index}));
  // It is back.
  learn(2);
  EXPECT_TRUE(reader->ready());
  const auto then = pull_all(*reader);
  ASSERT_EQ(then.size(), 2U);
  EXPECT_EQ(missing(then[0]), "none");
  EXPECT_EQ(tests::events_of(then), (MergedEvents{{2, 0}}));
}

TEST_F(MergedReaderTest, AReaderWhoWaitsHearsAtOnceThatAPartitionIsAwayOrBack) {
  learn_all();
  const auto reader = this->reader();
  pull_all(*reader);
  boost::asio::io_context io;
  for (const bool away : {true, false}) {
    bool woken = false;
    boost::asio::co_spawn(io, reader->wait(runtime::Instant::max()),
                          [&](const std::exception_ptr&) { woken = true; });
    io.restart();
    io.poll();
    EXPECT_FALSE(woken) << "nothing has happened yet";
    away ? ends_.lost(2) : learn(2);
    io.restart();
    io.poll();
    EXPECT_TRUE(woken);
    const auto lines = pull_all(*reader);
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(missing(lines[0]), away ? "[2]" : "none");
  }
}

TEST_F(MergedReaderTest, AnOwnerThatGivesNoAnswerIsAskedNoMoreUntilItIsFoundAgain) {
  parts_[1].add(tests::dropped(copy_), 2);
  learn_all();
  const auto reader = this->reader();
  EXPECT_EQ(tests::events_of(pull_all(*reader)).size(), 2U);
  parts_[1].add(tests::dropped(copy_), 2);
  learn(1);
  owners_.erase(1);
  const auto lines = pull_all(*reader);
  EXPECT_EQ(asked_.size(), 2U) << "once in vain";
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(missing(lines[0]), "[1]");
  EXPECT_EQ(lines[0].cursor, to_cursor({0_index, 2_index, 0_index}));
  owners_[1] = &parts_[1];
  learn(1);
  EXPECT_EQ(tests::events_of(pull_all(*reader)), (MergedEvents{{1, 2}, {1, 3}}));
}

// The partition moved to a node that still folds it.
TEST_F(MergedReaderTest, AnOwnerThatIsBehindTheOneBeforeIsWaitedFor) {
  parts_[1].add(tests::dropped(copy_), 3);
  learn_all();
  const auto reader = this->reader();
  EXPECT_EQ(tests::events_of(pull_all(*reader)).size(), 3U);
  ArchivePart moved;
  moved.add(tests::dropped(copy_));
  owners_[1] = &moved;
  learn(1);
  EXPECT_TRUE(pull_all(*reader).empty());
  // The other one was asked how far it is, and this one for events.
  ends_.learned(1, 4_index, 0, "p2");
  EXPECT_TRUE(tests::events_of(pull_all(*reader)).empty());
  EXPECT_EQ(asked_.size(), 2U) << "once, and then not before there is news";
  EXPECT_TRUE(ends_.state(1).in_reach) << "behind is not away";
  moved.add(tests::dropped(copy_), 4);
  learn(1);
  EXPECT_EQ(tests::events_of(pull_all(*reader)), (MergedEvents{{1, 3}, {1, 4}}));
}

TEST_F(MergedReaderTest, AnOwnerThatHasMoreAndGivesNothingIsNone) {
  parts_[1].add(tests::dropped(copy_), 3);
  learn_all();
  ArchivePart silent;
  silent.end.reached(3_index);
  Elsewhere elsewhere{&ends_, [](const ShareQuestion&) {
                        Share share;
                        share.partition = 1;
                        share.end = 3_index;
                        return std::vector<Share>{share};
                      }};
  std::vector<Partition> partitions;
  for (const std::uint32_t number : {0U, 1U, 2U}) {
    projector::ArchiveEnd* const end = number == 0 ? &parts_[0].end : &ends_.end(number);
    auto archive = number == 0 ? std::make_shared<projector::Archive>(parts_[0].store) : nullptr;
    partitions.push_back(
        {number, std::move(archive), end, [] { return std::optional<std::uint64_t>(0); }});
  }
  Reader reader(std::move(partitions), wish_, clock_, std::move(elsewhere));
  const auto lines = pull_all(reader);
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const auto& line) { return missing(line) == "[1]"; }),
            1);
}

// What came while it was away is not told: it began with what the views did not have.
TEST_F(MergedReaderTest, APartitionThatWasAwayWhenItBeganAtTheEndBeginsWhereItIsFound) {
  parts_[1].add(tests::dropped(copy_), 7);
  learn(2);
  wish_.from = {0_index, kAtEnd, 0_index};
  const auto reader = this->reader();
  const auto first = pull_all(*reader);
  EXPECT_EQ(missing(first[0]), "[1]");
  EXPECT_EQ(first[0].body.at("unread"), 0);
  EXPECT_EQ(first[0].cursor, to_cursor({0_index, kAtEnd, 0_index}));
  learn(1);
  const auto then = pull_all(*reader);
  ASSERT_EQ(then.size(), 1U);
  EXPECT_EQ(then[0].cursor, to_cursor({0_index, 7_index, 0_index}))
      << "the reader has the place before there is an event";
  parts_[1].add(tests::dropped(copy_));
  learn(1);
  EXPECT_EQ(tests::events_of(pull_all(*reader)), (MergedEvents{{1, 7}}));
}

TEST_F(MergedReaderTest, ALongPollTellsWhatIsElsewhereAndWhatIsMissing) {
  parts_[1].add(tests::dropped(copy_));
  learn(1);
  wish_.wait = std::chrono::seconds(0);
  const auto lines = pull_all(*reader());
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(tests::events_of(lines), (MergedEvents{{1, 0}}));
  EXPECT_EQ(missing(lines[1]), "[2]");
}

TEST_F(MergedReaderTest, AGapElsewhereIsToldAsOneHere) {
  parts_[1].add(tests::dropped(copy_), 5);
  parts_[1].lose(1, 3, true);
  learn_all();
  const auto lines = pull_all(*reader());
  const auto gap = std::find_if(lines.begin(), lines.end(),
                                [](const auto& line) { return line.member == "gap"; });
  ASSERT_NE(gap, lines.end());
  EXPECT_EQ(boost::json::serialize(gap->body), R"({"partition":1,"from":1,"to":3})");
  EXPECT_EQ(gap->cursor, to_cursor({0_index, 3_index, 0_index}));
  EXPECT_EQ(tests::events_of(lines), (MergedEvents{{1, 0}, {1, 3}, {1, 4}}));
}

TEST_F(MergedReaderTest, WhoeverReadsKeepsTheOthersAsked) {
  EXPECT_FALSE(ends_.wanted());
  reader()->ready();
  EXPECT_TRUE(ends_.wanted());
  clock_.move(PeerEnds::kWantedFor);
  EXPECT_FALSE(ends_.wanted());
}

}  // namespace
}  // namespace waybill::query::feed
