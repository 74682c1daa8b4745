#include "runtime/gzip.h"

#include <zlib.h>

#include <limits>

#include "runtime/check.h"

namespace waybill::runtime {

std::string gzip(std::string_view octets) {
  // deflateInit2 takes a window of 2^15 octets, and 16 more for gzip's frame instead of zlib's.
  constexpr int kGzip = 15 + 16;
  constexpr int kMemory = 8;
  check(octets.size() < std::numeric_limits<uInt>::max() / 2,
        "what is packed is counted by an int");
  z_stream stream{};
  check(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemory,
                     Z_DEFAULT_STRATEGY) == Z_OK,
        "there is memory to pack with");
  std::string out(deflateBound(&stream, static_cast<uLong>(octets.size())), '\0');
  // zlib reads through a pointer that is not const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(octets.data()));
  stream.avail_in = static_cast<uInt>(octets.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  check(deflate(&stream, Z_FINISH) == Z_STREAM_END, "what is packed fits its bound");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace waybill::runtime
