#include "tools/doctor/clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/findings_of.h"

namespace waybill::tools::doctor {
namespace {

using namespace std::chrono_literals;
using runtime::ClockKept;
using testing::ElementsAre;
using tests::lines_of;

TEST(DoctorClockTest, SaysWhetherItIsKeptAndHowWell) {
  EXPECT_THAT(lines_of(judge_clock(ClockKept{true, 12ms})),
              ElementsAre("fine this machine: its clock is kept, and off by 12 ms at most"));
  EXPECT_THAT(lines_of(judge_clock(ClockKept{true, 16s})),
              ElementsAre("warning this machine: its clock may be off by 16 s"));
  EXPECT_THAT(lines_of(judge_clock(ClockKept{false, 12ms})),
              ElementsAre("note this machine: nothing keeps its clock right, as far as the kernel "
                          "knows"));
  EXPECT_THAT(lines_of(judge_clock(std::nullopt)), ElementsAre());
}

TEST(DoctorClockTest, TheKernelIsAskedAndNothingChanged) {
  const auto once = runtime::clock_kept();
  ASSERT_TRUE(once);
  EXPECT_EQ(runtime::clock_kept()->kept, once->kept);
}

}  // namespace
}  // namespace waybill::tools::doctor
