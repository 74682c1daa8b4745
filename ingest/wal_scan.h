// WalScan: is a write-ahead log of RocksDB whole, torn at its end, or damaged before it?
//
// RocksDB reads a log up to the first record that it cannot read. That is right where a crash cut
// the last write short: nobody was told of it. Where good records stand behind the bad one, it is
// not a torn end but damage, and what was acknowledged would be dropped in silence.
//
// Format (rocksdb/db/log_format.h): blocks of 32 KiB of records; a record is masked CRC-32C 4,
// length 2, type 1, with some types a number 4, and its octets; where no header fits into the rest
// of a block, that is zero. Sans-I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace waybill::ingest {

class WalScan {
 public:
  static constexpr std::size_t kBlock = 32 << 10;  // octets

  // The next block: kBlock octets, or fewer at the end of the file.
  void add(std::string_view block);

  // Where the first record begins that is not good, if there is one: octets from the file's
  // beginning.
  std::optional<std::uint64_t> bad_at() const { return bad_at_; }
  // The beginning of a good record stands behind it.
  bool damaged() const { return bad_at_ && good_behind_; }
  // There is a good record at all that is not empty.
  bool has_records() const { return has_records_; }

 private:
  std::uint64_t begins_at_ = 0;  // of the next block
  bool has_records_ = false;
  std::optional<std::uint64_t> bad_at_;
  bool good_behind_ = false;
};

}  // namespace waybill::ingest
