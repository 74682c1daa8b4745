#include "stream/transport/relp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "runtime/asio_clock.h"
#include "tests/support/socket_receiver.h"

namespace waybill::stream {
namespace {

using namespace std::chrono_literals;
using tests::Habit;
using tests::ReceiverSettings;
using tests::SocketReceiver;

class RelpTest : public testing::Test {
 protected:
  RelpTest() {
    for (int i = 0; i < 2'000; ++i) {
      Record record;
      record.id = std::to_string(i);
      record.kind = "accepted";
      record.body = "<" + record.id + ">";
      records_.push_back(std::move(record));
    }
  }
  runtime::Instant soon() const { return clock_.now() + 20s; }
  static ReceiverSettings relp() {
    ReceiverSettings out;
    out.speaks = ReceiverSettings::Speaks::relp;
    return out;
  }
  static runtime::WireTo way(const SocketReceiver& receiver) {
    return {.host = "127.0.0.1", .port = receiver.port()};
  }
  static std::size_t confirmed(const Outcome& out) {
    return static_cast<std::size_t>(
        std::count_if(out.records.begin(), out.records.end(),
                      [](const RecordOutcome& one) { return one.fate == Fate::confirmed; }));
  }

  runtime::AsioClock clock_;
  std::vector<Record> records_;
};

TEST_F(RelpTest, ManyWindowsGoOverOneConnection) {
  const SocketReceiver receiver(relp());
  Relp transport(way(receiver), {});
  for (int i = 0; i < 3; ++i) {
    const Outcome out = transport.send(records_, soon());
    EXPECT_EQ(confirmed(out), records_.size()) << out.why.why;
  }
  EXPECT_EQ(receiver.count(), 3 * records_.size());
  EXPECT_EQ(receiver.connections(), 1);
}

TEST_F(RelpTest, ARecordThatIsRefusedIsSoAlone) {
  ReceiverSettings settings = relp();
  settings.refused_record = "<700>";
  const SocketReceiver receiver(settings);
  Relp transport(way(receiver), {});
  const Outcome out = transport.send(records_, soon());
  EXPECT_EQ(out.trouble, Trouble::none) << out.why.why;
  EXPECT_EQ(confirmed(out), records_.size() - 1);
  EXPECT_EQ(out.records[700].fate, Fate::refused);
  EXPECT_EQ(out.records[700].why, "500 not this one");
}

// librelp#56, rsyslog#979: what was acknowledged is not sent again, and of the rest a window.
TEST_F(RelpTest, AReceiverThatDiesAgainAndAgainGetsAWindowTwiceEachTimeAtMost) {
  SocketReceiver receiver(relp());
  Relp transport(way(receiver), {});
  std::vector<Record> left = records_;
  std::set<std::string> done;
  int deaths = 0;
  while (!left.empty() && !HasFailure()) {
    if (deaths < 20) receiver.behave(deaths % 2 == 0 ? Habit::cuts : Habit::dies_silent, 1);
    const Outcome out = transport.send(left, soon());
    std::vector<Record> again;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (out.records[i].fate == Fate::again) again.push_back(left[i]);
    }
    if (out.trouble != Trouble::none) ++deaths;
    left = std::move(again);
    ASSERT_LT(deaths, 100);
  }
  EXPECT_GE(deaths, 20);
  EXPECT_LE(receiver.count(), records_.size() + static_cast<std::size_t>(deaths) * kRelpWindow);
}

TEST_F(RelpTest, AReceiverThatSpeaksSomethingElseGetsNothingConfirmed) {
  // Octet counting answers nothing, and takes `1 open` for a frame of one octet.
  SocketReceiver receiver({});
  Relp transport(way(receiver), {});
  const Outcome out = transport.send(std::span(records_).first(3), clock_.now() + 200ms);
  EXPECT_EQ(out.trouble, Trouble::weather);
  EXPECT_EQ(confirmed(out), 0u);
  EXPECT_FALSE(out.why.why.empty());
}

}  // namespace
}  // namespace waybill::stream
