#include "projector/rocksdb_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/memtablerep.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <algorithm>

#include "projector/rocksdb_view_store.h"
#include "projector/tables.h"
#include "projector/zstd_dictionaries.h"
#include "runtime/store_log.h"

namespace waybill::projector {
namespace {

// 1 in 100 look-ups of an absent key reads a block.
constexpr double kBloomBitsPerKey = 10;
// Below the files that memory is written out to, a filter takes a third less room for three times
// the work of making it.
constexpr int kFirstRibbonLevel = 1;
// Of an index with a place for every ten rows, keys stand as what tells them from the one before,
// but for one in so many: it takes half the cache, and a look-up in it somewhat longer.
constexpr int kIndexRun = 16;
constexpr std::uint64_t kSmallBuffer = 1 << 20;
// Pages are handed to the disk in steps, so that a sync never has a gigabyte to write at once.
constexpr std::uint64_t kWriteStep = 1 << 20;
// The WAL is kept until every table has written out what is in it; small tables are made to.
constexpr std::uint64_t kWalPerWriteBuffer = 4;

std::uint64_t buffer_octets(const TableTraits& traits, std::uint64_t all) {
  return std::max(all / 16 * traits.buffer_sixteenths, kSmallBuffer);
}

// A dictionary stands for what the rows of other blocks have in common, so that a small block takes
// little more room than a large one. Until it has one, a file is held in memory, up to kSample.
// More octets than kTrained make hardly a better dictionary, and choosing takes its time by them.
void add_dictionary(rocksdb::CompressionOptions& options) {
  constexpr std::uint32_t kDictionary = 32 << 10;
  constexpr std::uint32_t kTrained = 16 * kDictionary;
  constexpr std::uint32_t kSample = 100 * kDictionary;
  options.max_dict_bytes = kDictionary;
  options.zstd_max_train_bytes = kTrained;
  options.max_dict_buffer_bytes = kSample;
}

// Nearly all rows lie in the last level, which is written least often.
void compress(rocksdb::ColumnFamilyOptions& options, Packing packing) {
  if (packing == Packing::fast) {
    options.compression = options.bottommost_compression = rocksdb::kLZ4Compression;
    return;
  }
  constexpr int kFast = 1;
  constexpr int kThorough = 9;
  options.compression = rocksdb::kZSTD;
  options.compression_opts.level = kFast;
  options.bottommost_compression = rocksdb::kZSTD;
  options.bottommost_compression_opts.enabled = true;
  options.bottommost_compression_opts.level = kThorough;
  if (packing != Packing::dictionary) return;
  keep_dictionaries();
  add_dictionary(options.compression_opts);
  add_dictionary(options.bottommost_compression_opts);
}

std::shared_ptr<rocksdb::MemTableRepFactory> hashed_rows(const TableTraits& traits,
                                                         std::uint64_t buffer) {
  constexpr std::size_t kNoHugePages = 0;
  constexpr int kNeverLogged = 0;
  return std::shared_ptr<rocksdb::MemTableRepFactory>(rocksdb::NewHashLinkListRepFactory(
      buffer / traits.octets_per_place, kNoHugePages, kNeverLogged, false));
}

}  // namespace

bool is_hashed(Table table) { return traits_of(table).filter_prefix > 0; }

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
  options.info_log = runtime::rocksdb_log();
  return options;
}

rocksdb::ColumnFamilyOptions table_options(Table table, const RocksStoreSettings& settings,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  const TableTraits& traits = traits_of(table);
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  blocks.block_size = std::size_t{traits.block_kib} << 10;
  blocks.format_version = 5;
  blocks.cache_index_and_filter_blocks = true;
  blocks.pin_l0_filter_and_index_blocks_in_cache = true;
  if (traits.scattered) blocks.index_block_restart_interval = kIndexRun;

  rocksdb::ColumnFamilyOptions options;
  if (traits.filters != Filters::none) {
    blocks.filter_policy.reset(rocksdb::NewRibbonFilterPolicy(kBloomBitsPerKey, kFirstRibbonLevel));
  }
  options.optimize_filters_for_hits = traits.filters == Filters::above_last_level;
  options.write_buffer_size = buffer_octets(traits, settings.write_buffer_octets);
  compress(options, traits.packing);
  if (traits.filter_prefix > 0) {
    options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(traits.filter_prefix));
    blocks.whole_key_filtering = false;
    options.memtable_factory = hashed_rows(traits, options.write_buffer_size);
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  return options;
}

}  // namespace waybill::projector
