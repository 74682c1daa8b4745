#include "query/feed/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <sstream>

#include "tests/support/archive_part.h"
#include "tests/support/event_log.h"
#include "tests/support/feed_lines.h"
#include "tests/support/ordinals.h"

namespace waybill::query::feed {

using namespace schemas::ordinal_literals;

namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using runtime::Instant;
using tests::ArchivePart;

using Line = tests::FeedLine;
using Told = tests::ToldEvents;
using tests::events_of;
using tests::lines_of;

std::uint64_t number(const Line& line, const char* name) {
  return line.body.at(name).to_number<std::uint64_t>();
}

class ReaderTest : public testing::Test {
 protected:
  ReaderTest() { wish_.from = {0_index, 0_index}; }
  ~ReaderTest() override {
    for (ArchivePart& part : parts_) part.end.close();
    run();
  }

  std::unique_ptr<Reader> reader() {
    std::vector<Partition> partitions;
    for (std::uint32_t i = 0; i < 2; ++i) {
      ArchivePart& part = parts_[i];
      partitions.push_back({i, std::make_shared<projector::Archive>(part.store), &part.end,
                            [&part] { return part.lag; }});
    }
    return std::make_unique<Reader>(std::move(partitions), wish_, clock_);
  }
  // What one pull() gave; the stream goes on.
  std::string piece(Reader& reader) {
    const http::Piece piece = reader.pull();
    EXPECT_TRUE(piece && *piece) << "the stream has ended";
    return piece && *piece ? **piece : std::string();
  }
  std::vector<Line> pull(Reader& reader) { return lines_of(piece(reader)); }
  // All that is there, or all up to the end.
  std::vector<Line> pull_all(Reader& reader) {
    std::vector<Line> out;
    for (int i = 0; i < 1'000 && reader.ready(); ++i) {
      const http::Piece piece = reader.pull();
      EXPECT_TRUE(piece);
      if (!piece || !*piece) break;
      const auto more = lines_of(**piece);
      out.insert(out.end(), more.begin(), more.end());
    }
    return out;
  }
  static bool ended(Reader& reader) {
    const http::Piece piece = reader.pull();
    return piece && !*piece;
  }
  void run() {
    io_.restart();
    io_.poll();
  }

  boost::asio::io_context io_;
  tests::StillClock clock_;
  std::array<ArchivePart, 2> parts_;
  Wish wish_{.filter = {.sight = schemas::Sight::all()}};
  const tests::Copy copy_;
};

TEST_F(ReaderTest, BeginsWithHowFarItIs) {
  parts_[0].add(tests::dropped(copy_));
  parts_[1].add(tests::dropped(copy_));
  parts_[1].lag = 3;
  const auto reader = this->reader();
  EXPECT_TRUE(reader->ready());
  const auto lines = pull(*reader);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].member, "progress");
  EXPECT_EQ(lines[0].cursor, to_cursor({0_index, 0_index}));
  EXPECT_EQ(number(lines[0], "unread"), 2U);
  EXPECT_EQ(number(lines[0], "lag"), 3U);
  EXPECT_EQ(lines[0].body.at("time"), "2026-03-01T12:30:00.000000000Z");
  EXPECT_EQ(events_of(lines), (Told{{0, 0}, {1, 0}}));
  EXPECT_EQ(lines[1].body.at("kind"), "dropped");
  EXPECT_FALSE(reader->ready());
}

TEST_F(ReaderTest, SaysNoLagWhereNobodyKnowsOne) {
  parts_[0].lag = 3;
  parts_[1].lag.reset();
  const auto lines = pull(*reader());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_FALSE(lines[0].body.contains("lag"));
}

TEST_F(ReaderTest, KeepsEachPartitionsOrderAndABusyOneHidesNoOther) {
  parts_[0].add(tests::dropped(copy_), 3'000);
  parts_[1].add(tests::dropped(copy_), 2);
  const auto told = events_of(pull_all(*reader()));
  ASSERT_EQ(told.size(), 3'002U);
  std::uint64_t next[] = {0, 0};
  for (const auto& [partition, index] : told) EXPECT_EQ(index, next[partition]++);
  const Told::value_type second{1, 1};
  const auto last = std::find(told.begin(), told.end(), second);
  EXPECT_LE(last - told.begin(), 202) << "behind one read of the busy one";
}

TEST_F(ReaderTest, APieceIsBoundedThoughTheLogIsLong) {
  parts_[0].add(tests::dropped(copy_), 3'000);
  const auto reader = this->reader();
  const std::string first = piece(*reader);
  EXPECT_GE(first.size(), std::size_t{64 << 10});
  EXPECT_LT(first.size(), std::size_t{66 << 10});
  EXPECT_TRUE(reader->ready());
}

TEST_F(ReaderTest, GoesOnBehindEachCursorThatItGave) {
  parts_[0].add(tests::dropped(copy_), 4);
  parts_[1].add(tests::forwarded(copy_), 3);
  const auto lines = pull_all(*reader());
  const Told all = events_of(lines);
  ASSERT_EQ(all.size(), 7U);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    wish_.from = *from_cursor(lines[i].cursor);
    Told both = events_of({lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(i) + 1});
    const Told rest = events_of(pull_all(*reader()));
    both.insert(both.end(), rest.begin(), rest.end());
    std::sort(both.begin(), both.end());
    Told whole = all;
    std::sort(whole.begin(), whole.end());
    EXPECT_EQ(both, whole) << i;
  }
}

TEST_F(ReaderTest, EndsBehindItsLimit) {
  parts_[0].add(tests::dropped(copy_), 5);
  wish_.limit = 3;
  const auto reader = this->reader();
  const auto lines = pull(*reader);
  EXPECT_EQ(events_of(lines), (Told{{0, 0}, {0, 1}, {0, 2}}));
  EXPECT_EQ(lines.back().cursor, to_cursor({3_index, 0_index}));
  EXPECT_TRUE(reader->ready());
  EXPECT_TRUE(ended(*reader));
}

TEST_F(ReaderTest, CountsInItsLimitWhatTheFilterWants) {
  for (int i = 0; i < 3; ++i) {
    parts_[0].add(tests::dropped(copy_));
    parts_[0].add(tests::forwarded(copy_));
  }
  wish_.filter.kinds = {"forwarded"};
  wish_.limit = 2;
  const auto reader = this->reader();
  EXPECT_EQ(events_of(pull(*reader)), (Told{{0, 1}, {0, 3}}));
  EXPECT_TRUE(ended(*reader));
}

// Whoever waits for what is rare has a cursor that moves on all the same.
TEST_F(ReaderTest, SaysHowFarItIsWhereTheFilterWantsNothing) {
  parts_[0].add(tests::dropped(copy_), 11'000);
  wish_.filter.kinds = {"bounced"};
  const auto reader = this->reader();
  ASSERT_EQ(pull(*reader).size(), 1U);
  EXPECT_TRUE(reader->ready()) << "one pull() looks at a bounded number";
  EXPECT_EQ(piece(*reader), "");
  EXPECT_TRUE(reader->ready());
  clock_.move(kSignEvery);
  const auto lines = pull(*reader);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].member, "progress");
  EXPECT_EQ(lines[0].cursor, to_cursor({11'000_index, 0_index}));
  EXPECT_EQ(number(lines[0], "unread"), 0U);
  EXPECT_FALSE(reader->ready());
  parts_[0].add(tests::bounced(copy_, schemas::pb::BOUNCE_CLASS_HARD));
  EXPECT_TRUE(reader->ready());
  EXPECT_EQ(events_of(pull(*reader)), (Told{{0, 11'000}}));
}

TEST_F(ReaderTest, ASignOfLifeComesFifteenSecondsBehindWhateverWasTold) {
  const auto reader = this->reader();
  pull(*reader);
  clock_.move(kSignEvery - 1s);
  EXPECT_FALSE(reader->ready());
  parts_[1].add(tests::dropped(copy_));
  EXPECT_EQ(events_of(pull(*reader)), (Told{{1, 0}}));
  clock_.move(kSignEvery - 1s);
  EXPECT_FALSE(reader->ready());
  clock_.move(1s);
  EXPECT_TRUE(reader->ready());
  const auto lines = pull(*reader);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].member, "progress");
}

TEST_F(ReaderTest, ALongPollEndsAtOnceWithWhatIsThere) {
  parts_[0].add(tests::dropped(copy_), 2);
  wish_.wait = 30s;
  const auto reader = this->reader();
  const auto lines = pull(*reader);
  EXPECT_EQ(events_of(lines), (Told{{0, 0}, {0, 1}}));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[2].member, "progress");
  EXPECT_EQ(lines[2].cursor, to_cursor({2_index, 0_index}));
  EXPECT_TRUE(ended(*reader));
}

TEST_F(ReaderTest, ALongPollThatDoesNotWaitTellsAllThatIsThere) {
  parts_[0].add(tests::dropped(copy_), 700);
  wish_.wait = 0s;
  const auto reader = this->reader();
  const auto lines = pull_all(*reader);
  EXPECT_EQ(events_of(lines).size(), 700U);
  EXPECT_EQ(lines.back().member, "progress");
  EXPECT_TRUE(ended(*reader));
  const auto again = pull_all(*this->reader());
  EXPECT_EQ(again.size(), 701U) << "each reader from its own place";
}

TEST_F(ReaderTest, ALongPollWithoutNewsEndsBehindItsTime) {
  wish_.wait = 10s;
  const auto reader = this->reader();
  while (reader->ready()) pull(*reader);
  clock_.move(9s);
  EXPECT_FALSE(reader->ready());
  clock_.move(1s);
  EXPECT_TRUE(reader->ready());
  const auto lines = pull(*reader);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].member, "progress");
  EXPECT_TRUE(ended(*reader));
}

TEST_F(ReaderTest, ALongPollWithNewsInItsTimeEndsWithThem) {
  wish_.wait = 10s;
  const auto reader = this->reader();
  while (reader->ready()) pull(*reader);
  clock_.move(5s);
  parts_[1].add(tests::dropped(copy_));
  EXPECT_TRUE(reader->ready());
  const auto lines = pull(*reader);
  EXPECT_EQ(events_of(lines), (Told{{1, 0}}));
  EXPECT_EQ(lines.back().member, "progress");
  EXPECT_TRUE(ended(*reader));
}

// A filter that wants nothing of a log without an end does not hold a poll for ever.
TEST_F(ReaderTest, ALongPollEndsThoughTheLogGrowsFasterThanItReads) {
  parts_[0].add(tests::dropped(copy_), 11'000);
  wish_.filter.kinds = {"bounced"};
  wish_.wait = 1s;
  const auto reader = this->reader();
  pull(*reader);
  clock_.move(11s);
  const auto lines = pull(*reader);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].member, "progress");
  EXPECT_GT(number(lines[0], "unread"), 0U);
  EXPECT_TRUE(ended(*reader));
}

TEST_F(ReaderTest, EventsThatAreLostAreAGap) {
  parts_[0].add(tests::dropped(copy_), 6);
  parts_[0].lose(2, 5, true);
  const auto lines = pull_all(*reader());
  EXPECT_EQ(events_of(lines), (Told{{0, 0}, {0, 1}, {0, 5}}));
  const auto gap = std::find_if(lines.begin(), lines.end(),
                                [](const Line& line) { return line.member == "gap"; });
  ASSERT_NE(gap, lines.end());
  EXPECT_EQ(number(*gap, "partition"), 0U);
  EXPECT_EQ(number(*gap, "from"), 2U);
  EXPECT_EQ(number(*gap, "to"), 5U);
  EXPECT_EQ(gap->cursor, to_cursor({5_index, 0_index}));
  EXPECT_EQ(gap - lines.begin(), 3) << "behind the event before it";
}

TEST_F(ReaderTest, WhoComesInTheMiddleOfAGapIsToldTheRestOfIt) {
  parts_[0].add(tests::dropped(copy_), 6);
  parts_[0].lose(2, 5, true);
  wish_.from = {3_index, 0_index};
  const auto lines = pull_all(*reader());
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1].member, "gap");
  EXPECT_EQ(number(lines[1], "from"), 3U);
  EXPECT_EQ(events_of(lines), (Told{{0, 5}}));
}

TEST_F(ReaderTest, AGapAtTheVeryEndIsToldToo) {
  parts_[0].add(tests::dropped(copy_), 6);
  parts_[0].lose(4, 6, true);
  const auto reader = this->reader();
  const auto lines = pull_all(*reader);
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[5].member, "gap");
  EXPECT_EQ(lines[5].cursor, to_cursor({6_index, 0_index}));
  EXPECT_FALSE(reader->ready());
}

TEST_F(ReaderTest, AnEventThatIsMissingAndNoKnownGapIsAnError) {
  parts_[0].add(tests::dropped(copy_), 6);
  parts_[0].lose(2, 3, false);
  const auto piece = reader()->pull();
  ASSERT_FALSE(piece);
  EXPECT_EQ(piece.error(), Errc::corrupt);
}

TEST_F(ReaderTest, ARecordThatIsNoEventIsPassedBy) {
  parts_[0].add(tests::dropped(copy_));
  parts_[0].add_raw("no event");
  parts_[0].add(tests::dropped(copy_));
  const auto reader = this->reader();
  EXPECT_EQ(events_of(pull_all(*reader)), (Told{{0, 0}, {0, 2}}));
  EXPECT_FALSE(reader->ready());
}

TEST_F(ReaderTest, EndsWholeBeforeItWouldBeCut) {
  EXPECT_LT(kLongest, http::StreamLimits{}.whole);
  const auto reader = this->reader();
  pull(*reader);
  clock_.move(kLongest);
  parts_[0].add(tests::dropped(copy_));
  EXPECT_TRUE(reader->ready());
  const auto lines = pull(*reader);
  EXPECT_EQ(events_of(lines), (Told{{0, 0}}));
  EXPECT_EQ(lines.back().member, "progress");
  EXPECT_EQ(lines.back().cursor, to_cursor({1_index, 0_index}));
  EXPECT_TRUE(ended(*reader));
  EXPECT_TRUE(ended(*reader));
}

TEST_F(ReaderTest, AsServerSentEventsItHasAFieldForEach) {
  auto event = tests::dropped(copy_);
  event.mutable_dropped()->set_rule("a\nb\r\n\nid: forged");
  parts_[0].add(event);
  wish_.form = Form::sse;
  const auto reader = this->reader();
  std::istringstream text(piece(*reader));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 10U);
  EXPECT_EQ(lines[0], "retry: 2000");
  EXPECT_EQ(lines[1], "");
  EXPECT_EQ(lines[2], "id: " + to_cursor({0_index, 0_index}));
  EXPECT_EQ(lines[3], "event: progress");
  EXPECT_TRUE(lines[4].starts_with("data: {\"time\":")) << lines[4];
  EXPECT_EQ(lines[5], "");
  EXPECT_EQ(lines[6], "id: " + to_cursor({1_index, 0_index}));
  EXPECT_EQ(lines[7], "event: dropped");
  ASSERT_TRUE(lines[8].starts_with("data: ")) << lines[8];
  EXPECT_EQ(lines[8].find('\r'), std::string::npos);
  const auto data = boost::json::parse(lines[8].substr(6)).as_object();
  EXPECT_EQ(data.at("dropped").at("rule"), "a\nb\r\n\nid: forged");
  EXPECT_EQ(lines[9], "");
}

TEST_F(ReaderTest, WaitsForNewsOfAnyPartition) {
  const auto reader = this->reader();
  pull(*reader);
  for (ArchivePart& part : parts_) {
    bool woken = false;
    boost::asio::co_spawn(io_, reader->wait(Instant::max()),
                          [&](const std::exception_ptr&) { woken = true; });
    run();
    EXPECT_FALSE(woken);
    part.add(tests::dropped(copy_));
    run();
    EXPECT_TRUE(woken);
    EXPECT_EQ(pull(*reader).size(), 1U);
  }
}

TEST_F(ReaderTest, WaitsNoLongerThanUntilItHasASignToGive) {
  const auto reader = this->reader();
  pull(*reader);
  bool woken = false;
  boost::asio::co_spawn(io_, reader->wait(Instant::max()),
                        [&](const std::exception_ptr&) { woken = true; });
  run();
  clock_.move(kSignEvery - 1s);
  for (ArchivePart& part : parts_) part.end.expire(clock_.now());
  run();
  EXPECT_FALSE(woken);
  clock_.move(1s);
  for (ArchivePart& part : parts_) part.end.expire(clock_.now());
  run();
  EXPECT_TRUE(woken);
  EXPECT_TRUE(reader->ready());
}

TEST_F(ReaderTest, CancelEndsItsWait) {
  const auto reader = this->reader();
  pull(*reader);
  bool woken = false;
  boost::asio::co_spawn(io_, reader->wait(Instant::max()),
                        [&](const std::exception_ptr&) { woken = true; });
  run();
  EXPECT_FALSE(woken);
  reader->cancel();
  run();
  EXPECT_TRUE(woken);
}

}  // namespace
}  // namespace waybill::query::feed
