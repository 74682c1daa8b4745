// RowWriter, RowReader: the values of the views' rows in octets. A varint is little-endian base
// 128, as in protobuf; a string is its length as a varint and its octets; a number of fixed size is
// big-endian. A row has no field names: its layout is written down beside its view and is changed
// only together with kViewLayout (projector.cc), which has every store folded anew.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waybill::projector {

class RowWriter {
 public:
  // Appends to `out`, which outlives the writer.
  explicit RowWriter(std::string& out) : out_(out) {}

  void octet(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) octet(static_cast<std::uint8_t>(value | 0x80));
    octet(static_cast<std::uint8_t>(value));
  }
  // A difference of either sign, small ones in few octets: zigzag, as in protobuf.
  void zigzag(std::uint64_t difference) {
    const auto sign = static_cast<std::uint64_t>(static_cast<std::int64_t>(difference) >> 63);
    varint((difference << 1) ^ sign);
  }
  void fixed64(std::uint64_t value);
  void string(std::string_view value) {
    varint(value.size());
    raw(value);
  }
  // Without a length: the reader knows it.
  void raw(std::string_view value) { out_ += value; }

 private:
  std::string& out_;
};

// Reads what RowWriter wrote. After the first read past the end or of a broken varint everything
// reads as zero or empty and ok() is false. What it gives points into the row.
class RowReader {
 public:
  explicit RowReader(std::string_view row) : rest_(row) {}

  std::uint8_t octet();
  std::uint64_t varint();
  std::uint64_t zigzag() {
    const std::uint64_t number = varint();
    return (number >> 1) ^ (0 - (number & 1));
  }
  std::uint64_t fixed64();
  std::string_view string() { return raw(varint()); }
  std::string_view raw(std::uint64_t size);

  // All that was not read yet; empty if ok() is false.
  std::string_view rest() const { return rest_; }

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace waybill::projector
