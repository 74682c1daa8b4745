#include "projector/rocksdb_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/memtablerep.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <algorithm>

#include "projector/key_codec.h"

namespace waybill::projector {
namespace {

// 1 in 100 look-ups of an absent key reads a block.
constexpr double kBloomBitsPerKey = 10;
// A page of history is 50 rows of some 250 octets: about one block.
constexpr std::size_t kBlockOctets = 16 << 10;
// Share of a memtable that its own bloom filter may take.
constexpr double kMemtableBloomShare = 0.05;
constexpr std::uint64_t kSmallBuffer = 1 << 20;
// Pages are handed to the disk in steps, so that a sync never has a gigabyte to write at once.
constexpr std::uint64_t kWriteStep = 1 << 20;
constexpr std::uint64_t kInfoLogOctets = 4 << 20;
// The WAL is kept until every table has written out what is in it; small tables are made to.
constexpr std::uint64_t kWalPerWriteBuffer = 4;

// Octets of rows in memory for one place in the hash table: a prefix has some two rows there, of
// some 250 octets in the timeline and 100 among the messages, so that a place holds about one
// prefix.
constexpr std::uint64_t kTimelinePlace = 512;
constexpr std::uint64_t kMessagesPlace = 128;

// What each table holds of the rows in memory. One that is full has all of them written out
// (atomic_flush): that is to be the timeline, and the others have room beyond their share of what
// is usually written.
std::uint64_t buffer_share(Table table, std::uint64_t all) {
  switch (table) {
    case Table::timeline: return std::max(all / 2, kSmallBuffer);
    case Table::archive: return std::max(all * 3 / 8, kSmallBuffer);
    case Table::deliveries:
    case Table::messages:
    case Table::return_paths: return std::max(all / 4, kSmallBuffer);
    case Table::meta:
    case Table::counters: break;
  }
  return kSmallBuffer;
}

std::shared_ptr<rocksdb::MemTableRepFactory> hashed_rows(Table table, std::uint64_t buffer) {
  constexpr std::size_t kNoHugePages = 0;
  constexpr int kNeverLogged = 0;
  const std::uint64_t place = table == Table::timeline ? kTimelinePlace : kMessagesPlace;
  return std::shared_ptr<rocksdb::MemTableRepFactory>(
      rocksdb::NewHashLinkListRepFactory(buffer / place, kNoHugePages, kNeverLogged, false));
}

}  // namespace

bool is_hashed(Table table) { return filter_prefix(table) > 0; }

std::size_t filter_prefix(Table table) {
  if (table == Table::timeline) return kPrefix;
  if (table == Table::messages) return 1 + kPrefix;
  return 0;
}

std::string column_family_name(Table table) {
  return table == Table::meta ? rocksdb::kDefaultColumnFamilyName : std::string(name_of(table));
}

rocksdb::DBOptions database_options(const RocksStoreSettings& settings) {
  rocksdb::DBOptions options;
  options.create_if_missing = !settings.read_only;
  options.create_missing_column_families = !settings.read_only;
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.max_total_wal_size = kWalPerWriteBuffer * settings.write_buffer_octets;
  options.bytes_per_sync = kWriteStep;
  options.wal_bytes_per_sync = kWriteStep;
  // Rows that went past the WAL are lost together or not at all.
  options.atomic_flush = true;
  // One writer: the path without a lock for each row is the faster one.
  options.allow_concurrent_memtable_write = false;
  options.max_background_jobs = 2;
  options.max_log_file_size = kInfoLogOctets;
  options.keep_log_file_num = 2;
  return options;
}

rocksdb::ColumnFamilyOptions table_options(Table table, const RocksStoreSettings& settings,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  blocks.block_size = kBlockOctets;
  blocks.format_version = 5;
  blocks.cache_index_and_filter_blocks = true;
  blocks.pin_l0_filter_and_index_blocks_in_cache = true;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));

  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = buffer_share(table, settings.write_buffer_octets);
  options.compression = rocksdb::kLZ4Compression;
  options.bottommost_compression = rocksdb::kZSTD;
  if (const std::size_t prefix = filter_prefix(table); prefix > 0) {
    options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(prefix));
    blocks.whole_key_filtering = false;
    options.memtable_factory = hashed_rows(table, options.write_buffer_size);
  } else if (table == Table::deliveries) {
    options.memtable_prefix_bloom_size_ratio = kMemtableBloomShare;
    options.memtable_whole_key_filtering = true;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  return options;
}

}  // namespace waybill::projector
