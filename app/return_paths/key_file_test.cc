#include "app/return_paths/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/temporary_directory.h"

namespace waybill::app {
namespace {

using runtime::Errc;
using runtime::WallTime;

class KeyFileTest : public testing::Test {
 protected:
  KeyFileTest() { EXPECT_TRUE(load_or_make_keys(path_, Absence::first_start)); }

  runtime::Explained<void> rotate(std::chrono::hours after_the_change) {
    struct stat about {};
    EXPECT_EQ(::stat(path_.c_str(), &about), 0);
    const WallTime changed(std::chrono::seconds(about.st_mtim.tv_sec));
    return rotate_keys(path_, changed + after_the_change, std::chrono::hours(72));
  }
  std::size_t keys() { return read_keys(path_)->size(); }

  const tests::TemporaryDirectory directory_;
  const std::string path_ = directory_.path("keys");
};

TEST_F(KeyFileTest, AFirstRotationLosesNoKey) {
  EXPECT_EQ(keys(), 1u);
  EXPECT_TRUE(rotate(std::chrono::hours(0)));
  EXPECT_EQ(keys(), 2u);
}

TEST_F(KeyFileTest, AKeyWhoseReturnPathsMayBeOutIsNotTakenAway) {
  ASSERT_TRUE(rotate(std::chrono::hours(0)));
  const std::string before = read_keys(path_)->text();
  const auto again = rotate(std::chrono::hours(71));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), Errc::refused);
  EXPECT_NE(again.error().why.find("Wait 1 hours"), std::string::npos) << again.error().why;
  EXPECT_EQ(read_keys(path_)->text(), before);
  EXPECT_TRUE(rotate(std::chrono::hours(72)));
  EXPECT_NE(read_keys(path_)->text(), before);
}

TEST_F(KeyFileTest, AFileThatIsLostIsNotMadeAnewUnasked) {
  EXPECT_EQ(make_keys(path_).error(), Errc::refused) << "it is there";
  std::filesystem::remove(path_);
  const auto refused = load_or_make_keys(path_, Absence::lost);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Errc::not_found);
  EXPECT_NE(refused.error().why.find("`waybill keys make`"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_TRUE(make_keys(path_));
  EXPECT_TRUE(load_or_make_keys(path_, Absence::lost));
}

}  // namespace
}  // namespace waybill::app
