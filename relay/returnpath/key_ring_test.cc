#include "relay/returnpath/key_ring.h"

#include <gtest/gtest.h>

namespace waybill::relay::returnpath {
namespace {

const std::string kSecret = std::string(64, 'c');

TEST(KeyRingTest, ReadsWhatItWrites) {
  const auto chance = runtime::system_chance();
  const KeyRing keys = KeyRing::fresh(*chance).rotated(*chance);
  const auto read = KeyRing::parse(keys.text());
  ASSERT_TRUE(read) << read.error().why;
  EXPECT_EQ(read->text(), keys.text());
  EXPECT_EQ(read->current().secret, keys.current().secret);
}

TEST(KeyRingTest, ARotationKeepsTheKeyBeforeAndNoOther) {
  const auto chance = runtime::system_chance();
  const KeyRing first = KeyRing::fresh(*chance);
  const KeyRing second = first.rotated(*chance);
  const KeyRing third = second.rotated(*chance);
  EXPECT_NE(second.current().secret, first.current().secret);
  ASSERT_NE(second.find(first.current().id), nullptr);
  EXPECT_EQ(second.find(first.current().id)->secret, first.current().secret);
  EXPECT_EQ(third.find(first.current().id), nullptr);
  ASSERT_NE(third.find(second.current().id), nullptr);
}

TEST(KeyRingTest, IdsComeRound) {
  const auto chance = runtime::system_chance();
  KeyRing keys = KeyRing::fresh(*chance);
  for (int i = 0; i < kKeyIds; ++i) keys = keys.rotated(*chance);
  EXPECT_EQ(keys.current().id, 0);
}

TEST(KeyRingTest, AFileThatIsNoneIsTold) {
  const struct {
    std::string text;
    std::string_view why;
  } cases[] = {
      {"", "at least one key"},
      {"# nothing\n\n", "at least one key"},
      {"1 abc\n", "line 1"},
      {"# x\n32 " + kSecret + "\n", "line 2"},
      {"-1 " + kSecret + "\n", "line 1"},
      {"1 " + kSecret + "\n1 " + kSecret + "\n", "line 2"},
      {"1 " + kSecret + "\n2 " + kSecret + "\n3 " + kSecret + "\n", "line 3"},
      {"1 " + kSecret + " \n", "line 1"},
      {"1 " + std::string(63, 'c') + "g\n", "line 1"},
      {"1 " + std::string(63, 'c') + " \n", "line 1"},
  };
  for (const auto& c : cases) {
    const auto read = KeyRing::parse(c.text);
    ASSERT_FALSE(read) << c.text;
    EXPECT_NE(read.error().why.find(c.why), std::string::npos) << read.error().why;
  }
}

}  // namespace
}  // namespace waybill::relay::returnpath
