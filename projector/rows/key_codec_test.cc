#include "projector/rows/key_codec.h"

#include <gtest/gtest.h>

#include "projector/store_keys.h"

namespace waybill::projector {
namespace {

constexpr std::uint64_t kMost = ~std::uint64_t{0};

TEST(KeyCodecTest, NumbersSortAsTheirKeysDo) {
  const std::uint64_t ascending[] = {0, 1, 255, 256, 1ULL << 32, kMost - 1, kMost};
  for (std::size_t i = 1; i < std::size(ascending); ++i) {
    EXPECT_LT(archive_key(ascending[i - 1]), archive_key(ascending[i]));
    EXPECT_EQ(read_be64(archive_key(ascending[i])), ascending[i]);
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
