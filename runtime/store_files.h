// The table files of one RocksDB: small ones that no compaction would ever merge.
//
// A start writes out what the write-ahead log has, as a table of its own. Where keys ascend, no two
// tables overlap: a compaction moves each down as it is, and one is left of each start for as long
// as its rows are kept. A process that was started a thousand times would hold a thousand open.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace waybill::runtime {

// So many neighbours are merged, once there are; from so many octets on a file is not small.
inline constexpr std::size_t kManySmallFiles = 16;
inline constexpr std::uint64_t kSmallFileOctets = 1 << 20;

// Merges small neighbours of one family. It blocks for as long as it takes to read and write some
// tens of MiB at most. Where one of them cannot be read whole, or the disk has little room, they
// are left as they are: what a compaction stumbles over would end all writes.
void merge_small_files(rocksdb::DB& store, rocksdb::ColumnFamilyHandle& family);

}  // namespace waybill::runtime
