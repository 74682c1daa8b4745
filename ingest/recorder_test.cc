#include "ingest/recorder.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <set>

#include "runtime/clock.h"
#include "schemas/ids.h"
#include "tests/support/event_log.h"
#include "tests/support/run_task.h"
#include "tests/support/virtual_clock.h"

namespace waybill::ingest {
namespace {

using runtime::Errc;
using runtime::Result;
using runtime::Task;
using schemas::Event;

// Counts up: what is random must differ, and nothing more.
class CountingChance final : public runtime::Chance {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& octet : out) octet = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

class RememberingLog final : public EventAppender {
 public:
  Recorded begin(std::vector<Event> events) override {
    appended.push_back(std::move(events));
    const Recorded recorded;
    recorded.give(answer);
    return recorded;
  }
  std::vector<std::vector<Event>> appended;
  Result<void> answer;
};

class RecorderTest : public ::testing::Test {
 protected:
  Event stamped(Event event) {
    recorder_.stamp(event);
    return event;
  }

  RememberingLog log_;
  tests::VirtualClock clock_;
  CountingChance chance_;
  Recorder recorder_{log_, clock_, chance_, "mx1"};
};

TEST_F(RecorderTest, FillsTheEnvelope) {
  const Event event = stamped(tests::accepted({}));
  EXPECT_EQ(event.node(), "mx1");
  EXPECT_EQ(event.occurred_at(), schemas::nanoseconds(clock_.wall()));
  EXPECT_EQ(event.salt().size(), 16u);
  ASSERT_EQ(event.event_id().size(), schemas::EventId::kOctets);
  EXPECT_EQ(event.event_id()[6] & 0xf0, 0x70) << "RFC 9562 5.7: version 7";
  EXPECT_EQ(event.node_seq(), 0u) << "the log gives it";
}

TEST_F(RecorderTest, LeavesWhatTheEventSays) {
  const Event before = tests::forwarded({.message = 3, .delivery = 4});
  const Event after = stamped(before);
  EXPECT_EQ(after.message_id(), before.message_id());
  EXPECT_EQ(after.delivery_id(), before.delivery_id());
  EXPECT_EQ(after.alias(), before.alias());
  EXPECT_EQ(after.forwarded().SerializeAsString(), before.forwarded().SerializeAsString());
}

TEST_F(RecorderTest, AMessageIsATraceAndItsEventsAreSpans) {
  const Event first = stamped(tests::accepted({.message = 5}));
  const Event second = stamped(tests::forwarded({.message = 5}));
  const Event other = stamped(tests::accepted({.message = 6}));
  // W3C trace context: version, 32 hex digits of the trace, 16 of the span, flags.
  ASSERT_EQ(first.trace().size(), 55u);
  EXPECT_EQ(first.trace().substr(0, 3), "00-");
  EXPECT_EQ(first.trace().substr(52), "-01");
  EXPECT_EQ(first.trace().substr(0, 36), second.trace().substr(0, 36));
  EXPECT_NE(first.trace().substr(36), second.trace().substr(36));
  EXPECT_NE(first.trace().substr(0, 36), other.trace().substr(0, 36));
}

TEST_F(RecorderTest, ATraceThatIsThereIsKeptAndAnEventWithoutMessageHasNone) {
  Event traced = tests::accepted({});
  traced.set_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_EQ(stamped(traced).trace(), traced.trace());
  EXPECT_EQ(stamped(tests::envelope({.message = 0})).trace(), "");
}

TEST_F(RecorderTest, RecordsAllTogetherEachWithItsOwnIdAndSalt) {
  boost::asio::io_context io;
  std::vector<Event> events;
  for (unsigned i = 1; i <= 3; ++i) events.push_back(tests::accepted({.message = i}));
  EXPECT_TRUE(tests::run_task(io, recorder_.record(std::move(events))));
  ASSERT_EQ(log_.appended.size(), 1u);
  ASSERT_EQ(log_.appended.front().size(), 3u);
  std::set<std::string> ids;
  std::set<std::string> salts;
  for (const Event& event : log_.appended.front()) {
    ids.insert(event.event_id());
    salts.insert(event.salt());
  }
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_EQ(salts.size(), 3u);
}

TEST_F(RecorderTest, TheLogsErrorIsTheAnswer) {
  boost::asio::io_context io;
  log_.answer = make_error_code(Errc::log_full);
  const auto recorded = tests::run_task(io, recorder_.record({tests::accepted({})}));
  ASSERT_FALSE(recorded);
  EXPECT_EQ(recorded.error(), Errc::log_full);
}

}  // namespace
}  // namespace waybill::ingest
