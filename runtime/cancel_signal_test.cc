#include "runtime/cancel_signal.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "runtime/blocking_look_up.h"
#include "runtime/clock.h"

namespace waybill::runtime {
namespace {

using namespace std::chrono_literals;

Instant signal_time() { return std::chrono::steady_clock::now(); }

struct TwoEnds {
  TwoEnds() { EXPECT_EQ(::pipe(ends.data()), 0); }
  ~TwoEnds() {
    for (const int end : ends) ::close(end);
  }
  std::array<int, 2> ends{};
};

TEST(CancelSignalTest, AWaitEndsWithWhatItWaitsForOrAtItsDeadline) {
  const TwoEnds pipe;
  const CancelSignal signal;
  const Instant begin = signal_time();
  EXPECT_EQ(signal.wait(pipe.ends[0], POLLIN, begin + 30ms).error(), Errc::timeout);
  EXPECT_GE(signal_time(), begin + 30ms);
  ASSERT_EQ(::write(pipe.ends[1], "x", 1), 1);
  EXPECT_TRUE(signal.wait(pipe.ends[0], POLLIN, begin)) << "what is there is there";
  EXPECT_EQ(signal.wait(-1, POLLIN, signal_time() + 10ms).error(), Errc::timeout);
}

TEST(CancelSignalTest, AWaitEndsSoonAfterItIsCancelledAndForGood) {
  const TwoEnds pipe;
  CancelSignal signal;
  std::thread other([&] {
    std::this_thread::sleep_for(50ms);
    signal.cancel();
  });
  const Instant begin = signal_time();
  EXPECT_EQ(signal.wait(pipe.ends[0], POLLIN, begin + 20s).error(), Errc::closed);
  EXPECT_LT(signal_time(), begin + 10s);
  other.join();
  ASSERT_EQ(::write(pipe.ends[1], "x", 1), 1);
  EXPECT_EQ(signal.wait(pipe.ends[0], POLLIN, begin + 20s).error(), Errc::closed);
}

TEST(CancelSignalTest, ALookUpGivesAddressesAndHearsTheSignal) {
  CancelSignal signal;
  const auto found = look_up_blocking("127.0.0.1", signal_time() + 20s, signal);
  ASSERT_TRUE(found) << found.error().why;
  EXPECT_EQ(found->at(0).to_string(), "127.0.0.1");
  EXPECT_EQ(look_up_blocking("nobody.invalid", signal_time() + 20s, signal).error(),
            Errc::unreachable);
  signal.cancel();
  EXPECT_EQ(look_up_blocking("nobody.invalid", signal_time() + 20s, signal).error(), Errc::closed);
}

}  // namespace
}  // namespace waybill::runtime
