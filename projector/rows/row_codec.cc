#include "projector/rows/row_codec.h"

#include "projector/rows/key_codec.h"

namespace waybill::projector {

void RowWriter::fixed64(std::uint64_t value) { append_be64(out_, value); }

std::uint8_t RowReader::octet() {
  const std::string_view one = raw(1);
  return one.empty() ? 0 : static_cast<std::uint8_t>(one.front());
}

std::uint64_t RowReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t next = octet();
    value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
    if ((next & 0x80) == 0) return value;
  }
  ok_ = false;
  rest_ = {};
  return 0;
}

std::uint64_t RowReader::fixed64() {
  const std::string_view octets = raw(8);
  return octets.empty() ? 0 : read_be64(octets);
}

std::string_view RowReader::raw(std::uint64_t size) {
  if (size > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

}  // namespace waybill::projector
