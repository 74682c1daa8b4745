#include "app/gaps/gap_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace waybill::app {
namespace {

TEST(GapFileTest, KeepsGapsInTheirOrderAndEachOnce) {
  const tests::TemporaryDirectory directory;
  EXPECT_TRUE(read_gaps(directory.path()).empty());
  const runtime::WallTime at(std::chrono::seconds(1'772'366'400));
  for (const char* const what : {"the first", "the first", "the second one"}) {
    ASSERT_TRUE(add_gap(directory.path(), {at, what}));
  }
  std::ofstream(gap_file(directory.path()), std::ios::app) << "no time\n\n";
  const auto gaps = read_gaps(directory.path());
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[0].what, "the first");
  EXPECT_EQ(gaps[1].what, "the second one");
  EXPECT_EQ(gaps[1].found, at);
}

TEST(GapFileTest, SaysWhereItCannotBeWritten) {
  const auto refused = add_gap("/nowhere", {{}, "lost"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().why, "cannot write /nowhere/history.gaps: No such file or directory");
}

}  // namespace
}  // namespace waybill::app
