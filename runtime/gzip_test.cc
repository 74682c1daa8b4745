#include "runtime/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace waybill::runtime {
namespace {

std::string unpacked(const std::string& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(GzipTest, IsReadByAnybody) {
  std::string large;
  for (int i = 0; i < 50'000; ++i) large += std::to_string(i * 7919);
  for (const std::string& text :
       {std::string(), std::string("a"), std::string(1000, '\0'), large}) {
    EXPECT_EQ(unpacked(gzip(text)), text);
  }
  EXPECT_EQ(gzip("a").substr(0, 8), std::string("\x1f\x8b\x08\0\0\0\0\0", 8)) << "without a time";
}

}  // namespace
}  // namespace waybill::runtime
