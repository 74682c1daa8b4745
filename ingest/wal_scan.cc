#include "ingest/wal_scan.h"

#include <boost/crc.hpp>

namespace waybill::ingest {

namespace {

constexpr std::size_t kHeader = 7;
constexpr std::size_t kNumber = 4;  // of the log, behind the header of a recyclable record

// Types of records that begin a batch.
enum : std::uint32_t { kFull = 1, kFirst = 2, kRecyclableFull = 5, kRecyclableFirst = 6 };

// RFC 3720 B.4.
using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

std::uint32_t octet(std::string_view octets, std::size_t at) {
  return static_cast<unsigned char>(octets[at]);
}

std::uint32_t masked_crc(std::string_view octets) {
  Crc32c sum;
  sum.process_bytes(octets.data(), octets.size());
  const std::uint32_t crc = sum.checksum();
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

// Those of RocksDB 9 end at 11, and again at 131; text has none of them, which saves a sum at most
// of its octets.
bool is_type(std::uint32_t type) { return (type > 0 && type < 0x10) || type >= 0x80; }

// Octets of the good record at the front of `rest`; 0: there is none.
std::size_t record_at(std::string_view rest) {
  if (rest.size() < kHeader || !is_type(octet(rest, 6))) return 0;
  const std::size_t length = octet(rest, 4) | octet(rest, 5) << 8;
  const std::uint32_t stored =
      octet(rest, 0) | octet(rest, 1) << 8 | octet(rest, 2) << 16 | octet(rest, 3) << 24;
  // The sum is over all from the type on. Which types have the number, releases differ on.
  for (const std::size_t header : {kHeader, kHeader + kNumber}) {
    const std::size_t size = header + length;
    if (size <= rest.size() && masked_crc(rest.substr(6, size - 6)) == stored) return size;
  }
  return 0;
}

// A whole record or the first piece of one, and not of an empty batch, which recovery writes. Other
// pieces prove nothing: the disk may have taken the last pages of a commit without its first.
bool begins_commit(std::string_view record) {
  constexpr std::size_t kEmptyBatch = 12;  // sequence number 8, count 4
  const std::uint32_t type = octet(record, 6);
  const std::size_t length = octet(record, 4) | octet(record, 5) << 8;
  const bool begins =
      type == kFull || type == kFirst || type == kRecyclableFull || type == kRecyclableFirst;
  return begins && length > kEmptyBatch;
}

// Wherever it begins: the length of the bad record before it cannot be believed.
bool any_commit(std::string_view rest) {
  for (; rest.size() >= kHeader; rest.remove_prefix(1)) {
    if (begins_commit(rest) && record_at(rest) > 0) return true;
  }
  return false;
}

}  // namespace

void WalScan::add(std::string_view block) {
  std::string_view rest = block;
  const auto is_padding = [&] {
    return rest.size() < kHeader && rest.find_first_not_of('\0') == std::string_view::npos;
  };
  while (!good_behind_ && !is_padding()) {
    const std::size_t size = record_at(rest);
    if (size == 0) {
      if (!bad_at_) bad_at_ = begins_at_ + (block.size() - rest.size());
      good_behind_ = any_commit(rest.substr(1));
      break;
    }
    if (begins_commit(rest)) {
      has_records_ = true;
      good_behind_ = bad_at_.has_value();
    }
    rest.remove_prefix(size);
  }
  begins_at_ += block.size();
}

}  // namespace waybill::ingest
