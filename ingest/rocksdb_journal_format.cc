#include "ingest/rocksdb_journal_format.h"

#include <rocksdb/table.h>

#include "runtime/store_log.h"

namespace waybill::ingest {

using runtime::Errc;
using schemas::SequenceNumber;

namespace {

constexpr std::size_t kBlockOctets = 32 << 10;
// Rows in memory are counted by the blocks that they lie in: those have to be far smaller than what
// a trim flushes (kFlushTrimmedOctets).
constexpr std::size_t kArenaBlockOctets = 32 << 10;

rocksdb::ColumnFamilyOptions family_options() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = kWriteBufferOctets;
  options.arena_block_size = kArenaBlockOctets;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = kBlockOctets;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

std::string key_of(SequenceNumber seq) {
  std::string key(8, '\0');
  std::uint64_t rest = seq.value();
  for (std::size_t i = 8; i > 0; --i, rest >>= 8) key[i - 1] = static_cast<char>(rest);
  return key;
}

SequenceNumber seq_of(const rocksdb::Slice& key) {
  std::uint64_t seq = 0;
  for (std::size_t i = 0; i < key.size() && i < 8; ++i) {
    seq = seq << 8 | static_cast<unsigned char>(key[i]);
  }
  return SequenceNumber(seq);
}

Errc translate(const rocksdb::Status& status) {
  if (status.IsCorruption()) return Errc::corrupt;
  if (status.IsNotFound()) return Errc::not_found;
  if (status.IsNoSpace()) return Errc::no_space;
  if (status.ToString().find("lock") != std::string::npos) return Errc::locked;
  return Errc::io_error;
}

rocksdb::DBOptions options_of_journal() {
  rocksdb::DBOptions options;
  options.paranoid_checks = true;
  // Up to the first record that cannot be read; that it is the last one is seen before
  // (wal_scan.h).
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.max_total_wal_size = kMaxWalOctets;
  options.info_log = runtime::rocksdb_log();
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> families_of_journal() {
  return {{rocksdb::kDefaultColumnFamilyName, family_options()}, {kOpenFamily, family_options()}};
}

}  // namespace waybill::ingest
