// The ViewStore on RocksDB. Diagnostics: the words of open_rocks_store() are RocksDB's own.

#include "projector/rocksdb_view_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>

#include "projector/rocksdb_file_system.h"
#include "projector/rocksdb_options.h"
#include "projector/rows/key_codec.h"
#include "projector/rows/view_store.h"
#include "projector/tables.h"
#include "runtime/check.h"
#include "runtime/mutex.h"
#include "runtime/store_files.h"

namespace waybill::projector {

class StoreMemory {
 public:
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> buffers;
};

namespace {

// Few shards: the index of a file is one block of up to some MiB. A small cache cut into RocksDB's
// 64 shards has no room for it beside anything else, and it is then read for each look-up.
std::shared_ptr<rocksdb::Cache> block_cache(std::uint64_t octets) {
  constexpr int kShardBits = 2;
  return rocksdb::NewLRUCache(octets, kShardBits);
}

}  // namespace

std::shared_ptr<StoreMemory> make_store_memory(std::uint64_t block_cache_octets,
                                               std::uint64_t write_buffer_octets) {
  auto memory = std::make_shared<StoreMemory>();
  memory->cache = block_cache(block_cache_octets);
  memory->buffers = std::make_shared<rocksdb::WriteBufferManager>(write_buffer_octets);
  return memory;
}

namespace {

using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;
using runtime::Result;

rocksdb::Slice slice(std::string_view octets) { return {octets.data(), octets.size()}; }
std::string_view view(const rocksdb::Slice& octets) { return {octets.data(), octets.size()}; }

// Debian's RocksDB has no code of its own for a lock that is taken; these are its two sentences.
bool says_locked(const std::string& sentence) {
  return sentence.find("lock hold by current process") != std::string::npos ||
         sentence.find("While lock file") != std::string::npos;
}

Errc errc_of(const rocksdb::Status& status) {
  if (status.IsNotFound()) return Errc::not_found;
  if (status.IsCorruption()) return Errc::corrupt;
  if (status.IsNotSupported() || status.IsInvalidArgument()) return Errc::invalid;
  if (status.IsNoSpace()) return Errc::no_space;
  if (status.IsIncomplete()) return Errc::would_block;
  return Errc::io_error;
}

Result<void> result_of(const rocksdb::Status& status) {
  if (status.ok()) return {};
  return make_error_code(errc_of(status));
}

// The first octets of a key as a number that sorts as they do.
std::uint64_t beginning_of(std::string_view key) {
  char octets[8] = {};
  std::copy_n(key.begin(), std::min(key.size(), sizeof octets), octets);
  return read_be64({octets, sizeof octets});
}

using Handle = std::shared_ptr<rocksdb::ColumnFamilyHandle>;

constexpr std::size_t kEveryRow = std::numeric_limits<std::size_t>::max();

// What RocksDB reaches its files by, and what outlives it for that.
struct StoreFiles {
  std::shared_ptr<StoreFileSystem> system = std::make_shared<StoreFileSystem>();
  std::unique_ptr<rocksdb::Env> environment = rocksdb::NewCompositeEnv(system);
};

class RocksViewStore final : public ViewStore {
 public:
  RocksViewStore(StoreFiles files, std::unique_ptr<rocksdb::DB> db,
                 const RocksStoreSettings& settings, std::shared_ptr<rocksdb::Cache> cache)
      : files_(std::move(files)),
        db_(std::move(db)),
        settings_(settings),
        cache_(std::move(cache)) {}

  // A writer that ends in peace leaves nothing to the next start that only the page cache holds.
  ~RocksViewStore() override {
    if (!settings_.read_only) (void)settle();
    handles_ = {};
    (void)db_->Close();
  }

  void adopt(Table table, rocksdb::ColumnFamilyHandle* handle) {
    rocksdb::DB* const db = db_.get();
    const runtime::WriterLock lock(mutex_);
    handles_[static_cast<std::size_t>(table)] = Handle(
        handle,
        [db](rocksdb::ColumnFamilyHandle* gone) { (void)db->DestroyColumnFamilyHandle(gone); });
  }

  Result<void> apply(const WriteBatch& batch) override;
  Result<void> sync() override {
    if (settings_.read_only) return make_error_code(Errc::invalid);
    return result_of(settle());
  }
  Result<void> resume() override;
  const ViewReader& at_once() const override { return at_once_; }
  std::uint64_t version() const override { return db_->GetLatestSequenceNumber(); }
  Result<std::string> get(Table table, std::string_view key) const override {
    return get(table, key, rocksdb::kReadAllTier);
  }
  Result<std::vector<std::string>> get_all(Table table,
                                           const std::vector<std::string>& keys) const override;
  Result<void> scan(Table table, std::string_view from, std::string_view to,
                    const Visit& visit) const override {
    return scan(table, from, to, visit, rocksdb::kReadAllTier);
  }
  Result<void> drop(Table table) override;
  Result<void> checkpoint(const std::string& directory) override;
  Explained<runtime::StoreBackup> back_up(const std::string& directory,
                                          const runtime::StoreProgress& progress) override {
    return runtime::back_up_store(*db_, directory, progress);
  }

 private:
  // What is in the memtables and the block cache.
  class AtOnce final : public ViewReader {
   public:
    explicit AtOnce(const RocksViewStore& store) : store_(store) {}
    std::uint64_t version() const override { return store_.version(); }
    Result<std::string> get(Table table, std::string_view key) const override {
      return store_.get(table, key, rocksdb::kBlockCacheTier);
    }
    Result<std::vector<std::string>> get_all(Table table,
                                             const std::vector<std::string>& keys) const override {
      if (keys.size() > kMostAtOnce) return make_error_code(Errc::would_block);
      // One by one: MultiGet reads the disk all the same.
      return ViewReader::get_all(table, keys);
    }
    Result<void> scan(Table table, std::string_view from, std::string_view to,
                      const Visit& visit) const override {
      return store_.scan(table, from, to, visit, rocksdb::kBlockCacheTier);
    }

   private:
    const RocksViewStore& store_;
  };

  Result<std::string> get(Table table, std::string_view key, rocksdb::ReadTier tier) const;
  Result<void> scan(Table table, std::string_view from, std::string_view to, const Visit& visit,
                    rocksdb::ReadTier tier) const;

  // Shared with every read under way: drop() may put another in its place meanwhile.
  Handle handle(Table table) const {
    const runtime::ReaderLock lock(mutex_);
    return handles_[static_cast<std::size_t>(table)];
  }

  // The writer's: it alone puts another in a table's place, so that it needs no lock to look.
  rocksdb::ColumnFamilyHandle* own_handle(Table table) const WAYBILL_UNCHECKED {
    return handles_[static_cast<std::size_t>(table)].get();
  }

  rocksdb::Status put(const WriteBatch::Entry& entry);
  // Brings what is in memory and in the WAL to the disk.
  rocksdb::Status settle();
  // Whether a write may be tried.
  Result<void> can_write() const;

  // An entry where it stands among the rows of its table.
  struct Row {
    std::uint64_t beginning;  // of the key: settles nearly every comparison
    std::size_t position;     // in the batch: of two words on a key the last is to stay the last
    WriteBatch::Entry entry;

    bool operator<(const Row& other) const {
      if (beginning != other.beginning) return beginning < other.beginning;
      const int order = entry.key.compare(other.entry.key);
      return order != 0 ? order < 0 : position < other.position;
    }
  };

  const AtOnce at_once_{*this};
  const StoreFiles files_;
  std::unique_ptr<rocksdb::DB> db_;
  RocksStoreSettings settings_;
  std::shared_ptr<rocksdb::Cache> cache_;
  mutable runtime::SharedMutex mutex_;
  std::array<Handle, kTables> handles_ WAYBILL_GUARDED_BY(mutex_);
  std::array<std::vector<Row>, kTables> sorted_;  // both kept for their memory
  rocksdb::WriteBatch written_;
  bool unlogged_ = false;  // rows since the last settle() are not in the WAL
};

Result<void> RocksViewStore::can_write() const {
  if (settings_.read_only) return make_error_code(Errc::invalid);
  if (files_.system->wal_failed()) return make_error_code(Errc::io_error);
  std::error_code unknown;
  const auto space = std::filesystem::space(db_->GetName(), unknown);
  if (!unknown && space.available < settings_.least_room) return make_error_code(Errc::no_space);
  return {};
}

Result<void> RocksViewStore::resume() {
  if (settings_.read_only) return make_error_code(Errc::invalid);
  // It writes out what is in memory, and then begins a new WAL.
  if (const rocksdb::Status status = db_->Resume(); !status.ok()) return result_of(status);
  return can_write();
}

rocksdb::Status RocksViewStore::settle() {
  if (files_.system->wal_failed()) return rocksdb::Status::IOError("a write has failed");
  if (unlogged_) {
    std::vector<rocksdb::ColumnFamilyHandle*> all;
    for (std::size_t i = 0; i < kTables; ++i) all.push_back(own_handle(static_cast<Table>(i)));
    if (const auto status = db_->Flush({}, all); !status.ok()) return status;
    unlogged_ = false;
  }
  return db_->FlushWAL(true);
}

rocksdb::Status RocksViewStore::put(const WriteBatch::Entry& entry) {
  rocksdb::ColumnFamilyHandle* const table = own_handle(entry.table);
  return entry.value ? written_.Put(table, slice(entry.key), slice(*entry.value))
                     : written_.Delete(table, slice(entry.key));
}

// A sorted memtable finds the place of a row from the place of the row before it, so that rows in
// the order of their keys cost a fraction of rows in the order of events. Archived events come in
// order, and a hashed memtable has none.
//
// Once a batch went past the WAL all do until settle(): a later row in the WAL alone would be
// recovered without what came before it.
Result<void> RocksViewStore::apply(const WriteBatch& batch) {
  if (const auto can = can_write(); !can) return can;
  // RocksDB counts every comparison of keys, in a variable of the thread's that nobody reads.
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  written_.Clear();
  rocksdb::Status status;
  for (const WriteBatch::Range& range : batch.ranges()) {
    const Handle of_table = handle(range.table);
    status = written_.DeleteRange(of_table.get(), slice(range.from), slice(range.to));
    if (!status.ok()) return result_of(status);
  }
  for (auto& rows : sorted_) rows.clear();
  batch.for_each([&](const WriteBatch::Entry& entry) {
    if (entry.table == Table::archive || is_hashed(entry.table)) {
      if (status.ok()) status = put(entry);
      return;
    }
    auto& rows = sorted_[static_cast<std::size_t>(entry.table)];
    rows.push_back({beginning_of(entry.key), rows.size(), entry});
  });
  for (auto& rows : sorted_) {
    if (!std::is_sorted(rows.begin(), rows.end())) std::sort(rows.begin(), rows.end());
    for (const Row& row : rows) {
      if (status.ok()) status = put(row.entry);
    }
  }
  if (!status.ok()) return result_of(status);

  unlogged_ = unlogged_ || batch.octets() >= kUnloggedBatch;
  rocksdb::WriteOptions options;
  options.disableWAL = unlogged_;
  return result_of(db_->Write(options, &written_));
}

namespace {

// What stands apart from all else that is asked for has no place in a small cache, which is their
// indexes'.
constexpr std::size_t kRoomyCache = 512 << 20;

rocksdb::ReadOptions look_up(Table table, rocksdb::ReadTier tier, const rocksdb::Cache& cache) {
  rocksdb::ReadOptions options;
  options.read_tier = tier;
  options.fill_cache = !traits_of(table).scattered || cache.GetCapacity() >= kRoomyCache;
  return options;
}

}  // namespace

Result<std::string> RocksViewStore::get(Table table, std::string_view key,
                                        rocksdb::ReadTier tier) const {
  const Handle of_table = handle(table);
  std::string value;
  const rocksdb::Status status =
      db_->Get(look_up(table, tier, *cache_), of_table.get(), slice(key), &value);
  if (!status.ok()) return make_error_code(errc_of(status));
  return value;
}

// A block is read once for all that stand in it. Blocks stay in memory for one piece of them.
Result<std::vector<std::string>> RocksViewStore::get_all(
    Table table, const std::vector<std::string>& keys) const {
  constexpr std::size_t kPiece = 32;
  constexpr bool kSorted = false;
  const Handle of_table = handle(table);
  std::vector<std::string> values;
  values.reserve(keys.size());
  while (values.size() < keys.size()) {
    const std::size_t count = std::min(kPiece, keys.size() - values.size());
    std::array<rocksdb::Slice, kPiece> sought;
    std::array<rocksdb::PinnableSlice, kPiece> found;
    std::array<rocksdb::Status, kPiece> statuses;
    for (std::size_t i = 0; i < count; ++i) sought[i] = slice(keys[values.size() + i]);
    db_->MultiGet(look_up(table, rocksdb::kReadAllTier, *cache_), of_table.get(), count,
                  sought.data(), found.data(), statuses.data(), kSorted);
    for (std::size_t i = 0; i < count; ++i) {
      if (!statuses[i].ok()) return make_error_code(errc_of(statuses[i]));
      values.push_back(found[i].ToString());
    }
  }
  return values;
}

Result<void> RocksViewStore::scan(Table table, std::string_view from, std::string_view to,
                                  const Visit& visit, rocksdb::ReadTier tier) const {
  const Handle of_table = handle(table);
  // A scan that stays with one prefix lets the bloom filters skip files; any other must not use
  // them.
  const std::size_t prefix = traits_of(table).filter_prefix;
  const std::string_view of_from = from.substr(0, prefix);
  const bool one_prefix = prefix > 0 && of_from.size() == prefix &&
                          (to.substr(0, prefix) == of_from || to == after_prefix(of_from));
  const rocksdb::Slice bound = slice(to);
  rocksdb::ReadOptions options;
  options.read_tier = tier;
  options.prefix_same_as_start = one_prefix;
  options.total_order_seek = !one_prefix;
  if (!to.empty()) options.iterate_upper_bound = &bound;

  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(options, of_table.get()));
  const std::size_t most = tier == rocksdb::kReadAllTier ? kEveryRow : kMostAtOnce;
  std::size_t rows = 0;
  for (row->Seek(slice(from)); row->Valid(); row->Next()) {
    if (++rows > most) return make_error_code(Errc::would_block);
    if (!visit(view(row->key()), view(row->value()))) break;
  }
  return result_of(row->status());
}

Result<void> RocksViewStore::drop(Table table) {
  if (settings_.read_only) return make_error_code(Errc::invalid);
  runtime::check(table != Table::meta, "the table of positions is never dropped");
  const Handle old = handle(table);
  rocksdb::Status status = db_->DropColumnFamily(old.get());
  if (!status.ok()) return result_of(status);
  rocksdb::ColumnFamilyHandle* fresh = nullptr;
  status = db_->CreateColumnFamily(table_options(table, settings_, cache_),
                                   column_family_name(table), &fresh);
  if (!status.ok()) return result_of(status);
  adopt(table, fresh);
  return {};
}

Result<void> RocksViewStore::checkpoint(const std::string& directory) {
  if (settings_.read_only) return make_error_code(Errc::invalid);
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(db_.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  // 0: rows in memory are written out first, so that the copy is whole without a log of its own.
  if (status.ok()) status = checkpoint->CreateCheckpoint(directory, 0);
  return result_of(status);
}

Failure open_failure(const rocksdb::Status& status, const std::string& directory) {
  const std::string words = status.ToString();
  if (says_locked(words)) return {Errc::locked, directory + " is held by another process"};
  // A column family or a file that must be there and is not.
  const Errc code = errc_of(status);
  if (code == Errc::no_space) {
    return {code, directory + ": the disk is full; make room, a start needs some. " + words};
  }
  const bool lacks = code == Errc::invalid || status.IsPathNotFound();
  return {lacks ? Errc::corrupt : code, words};
}

Explained<void> prepare_directory(const std::string& directory, bool read_only) {
  std::error_code failed;
  if (read_only) {
    if (std::filesystem::exists(directory + "/CURRENT", failed)) return {};
    return Failure{Errc::not_found, "there is no store in " + directory};
  }
  std::filesystem::create_directories(directory, failed);
  if (!failed) return {};
  return explain(failed, "cannot make " + directory);
}

}  // namespace

Explained<std::unique_ptr<ViewStore>> open_rocks_store(const std::string& directory,
                                                       const RocksStoreSettings& settings) {
  if (const auto ready = prepare_directory(directory, settings.read_only); !ready) {
    return ready.error();
  }
  const auto cache =
      settings.memory ? settings.memory->cache : block_cache(settings.block_cache_octets);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = 0; i < kTables; ++i) {
    const auto table = static_cast<Table>(i);
    families.emplace_back(column_family_name(table), table_options(table, settings, cache));
  }
  StoreFiles files;
  rocksdb::DBOptions options = database_options(settings);
  options.env = files.environment.get();
  if (settings.memory) options.write_buffer_manager = settings.memory->buffers;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status =
      settings.read_only
          ? rocksdb::DB::OpenForReadOnly(options, directory, families, &handles, &opened)
          : rocksdb::DB::Open(options, directory, families, &handles, &opened);
  if (!status.ok()) return open_failure(status, directory);
  auto store = std::make_unique<RocksViewStore>(
      std::move(files), std::unique_ptr<rocksdb::DB>(opened), settings, cache);
  for (std::size_t i = 0; i < kTables; ++i) store->adopt(static_cast<Table>(i), handles[i]);
  // Above all the archive's: events are in the order of their keys.
  for (rocksdb::ColumnFamilyHandle* family : handles) {
    if (!settings.read_only) runtime::merge_small_files(*opened, *family);
  }
  return std::unique_ptr<ViewStore>(std::move(store));
}

}  // namespace waybill::projector
