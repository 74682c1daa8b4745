#include "runtime/zstd.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <cstdint>
#include <string>

namespace waybill::runtime {
namespace {

// RFC 9659 3: of a content coding.
constexpr std::uint64_t kWidestWindow = 8 << 20;

std::uint64_t number_at(const std::string& octets, std::size_t at, std::size_t size) {
  std::uint64_t out = 0;
  for (std::size_t i = size; i > 0; --i) {
    out = out << 8 | static_cast<unsigned char>(octets.at(at + i - 1));
  }
  return out;
}

// What a reader of the frame has to hold (RFC 8878 3.1.1.1): a window of its own, or all of it.
std::uint64_t window_of(const std::string& frame) {
  EXPECT_EQ(number_at(frame, 0, 4), 0xFD2FB528U);
  const std::uint64_t descriptor = number_at(frame, 4, 1);
  EXPECT_EQ(descriptor & 0x07, 0x04U) << "with a checksum, and of no dictionary";
  const bool is_whole = (descriptor & 0x20) != 0;
  if (!is_whole) {
    const std::uint64_t window = number_at(frame, 5, 1);
    const std::uint64_t base = 1ULL << (10 + (window >> 3));
    return base + base / 8 * (window & 0x07);
  }
  const std::size_t size = std::size_t{1} << (descriptor >> 6);
  return number_at(frame, 5, size) + (size == 2 ? 256 : 0);
}

std::string unpacked(const std::string& frame) {
  std::string out(ZSTD_getFrameContentSize(frame.data(), frame.size()), '\0');
  const std::size_t size = ZSTD_decompress(out.data(), out.size(), frame.data(), frame.size());
  EXPECT_EQ(ZSTD_isError(size), 0U);
  EXPECT_EQ(size, out.size());
  return out;
}

TEST(ZstdTest, IsReadByAnybody) {
  std::string large;
  while (large.size() < 3 * kWidestWindow) large += std::to_string(large.size() * 7919);
  for (const std::string& text :
       {std::string(), std::string("a"), std::string(1000, '\0'), large}) {
    const std::string frame = zstd(text);
    EXPECT_EQ(unpacked(frame), text);
    EXPECT_LE(window_of(frame), kWidestWindow) << text.size();
    EXPECT_EQ(zstd(text), frame);
  }
}

}  // namespace
}  // namespace waybill::runtime
