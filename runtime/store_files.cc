#include "runtime/store_files.h"

#include <rocksdb/db.h>
#include <rocksdb/metadata.h>
#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/log.h"

namespace waybill::runtime {

namespace {

// In one call: bounds its time. More wait for the next start.
constexpr std::size_t kMostFiles = 64;
// For other writes, beside what is merged.
constexpr std::uint64_t kRoomOctets = 64 << 20;

using Files = std::vector<rocksdb::SstFileMetaData>;

// The first neighbours of a level that are many and small.
Files many_small(const std::vector<rocksdb::SstFileMetaData>& files_of_level) {
  Files out;
  for (const rocksdb::SstFileMetaData& file : files_of_level) {
    const bool small = file.size < kSmallFileOctets && !file.being_compacted;
    if (small) out.push_back(file);
    if (out.size() == kMostFiles || (!small && out.size() >= kManySmallFiles)) return out;
    if (!small) out.clear();
  }
  return out.size() >= kManySmallFiles ? out : Files();
}

bool all_sound(rocksdb::DB& store, rocksdb::ColumnFamilyHandle& family, const Files& files) {
  const rocksdb::Options options = store.GetOptions(&family);
  return std::all_of(files.begin(), files.end(), [&](const rocksdb::SstFileMetaData& file) {
    rocksdb::SstFileReader reader(options);
    return reader.Open(file.db_path + file.name).ok() && reader.VerifyChecksum().ok();
  });
}

bool has_room(rocksdb::DB& store, const Files& files) {
  std::uint64_t octets = kRoomOctets;
  for (const rocksdb::SstFileMetaData& file : files) octets += file.size;
  std::error_code unknown;
  const auto space = std::filesystem::space(store.GetName(), unknown);
  return !unknown && space.available >= octets;
}

}  // namespace

void merge_small_files(rocksdb::DB& store, rocksdb::ColumnFamilyHandle& family) {
  rocksdb::ColumnFamilyMetaData all;
  store.GetColumnFamilyMetaData(&family, &all);
  for (const rocksdb::LevelMetaData& level : all.levels) {
    // Those of level 0 overlap; a compaction takes them as soon as they are a few.
    if (level.level == 0) continue;
    const Files files = many_small(level.files);
    if (files.empty() || !has_room(store, files) || !all_sound(store, family, files)) continue;
    std::vector<std::string> names;
    for (const rocksdb::SstFileMetaData& file : files) names.push_back(file.name);
    rocksdb::CompactionOptions options;
    options.compression = rocksdb::kDisableCompressionOption;  // the family's own
    const rocksdb::Status status = store.CompactFiles(options, &family, names, level.level);
    // Aborted: a compaction has them already.
    if (!status.ok() && !status.IsAborted()) {
      log(Level::warn, "rocksdb", "small files were not merged",
          {{"store", store.GetName()}, {"why", status.ToString()}});
    }
  }
}

}  // namespace waybill::runtime
