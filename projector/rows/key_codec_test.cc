#include "projector/rows/key_codec.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::projector {
namespace {

constexpr std::uint64_t kMost = ~std::uint64_t{0};

TEST(KeyCodecTest, NumbersSortAsTheirKeysDo) {
  const std::uint64_t ascending[] = {0, 1, 255, 256, 1ULL << 32, kMost - 1, kMost};
  std::string before;
  for (const std::uint64_t number : ascending) {
    std::string key;
    append_be64(key, number);
    EXPECT_LT(before, key);
    EXPECT_EQ(read_be64(key), number);
    before = key;
  }
}

TEST(KeyCodecTest, TheKeyAfterAPrefixIsAboveEveryKeyThatBeginsWithIt) {
  EXPECT_EQ(after_prefix("node/"), "node0");
  EXPECT_EQ(after_prefix("a\xff\xff"), "b");
  EXPECT_EQ(after_prefix("\xff\xff"), "");
  EXPECT_EQ(after_prefix(""), "");
}

}  // namespace
}  // namespace waybill::projector
