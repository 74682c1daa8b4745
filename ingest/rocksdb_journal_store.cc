// The journal's records on RocksDB: sequential keys (files move down untouched), trimmed by range.
//
//   column family   key                          value
//   default         sequence number, BE 8        the serialised Event
//   open            delivery id, 16              sequence number of its Accepted, BE 8
//
// Durability is one synced WAL write a batch. A WAL record that was torn by a power cut is dropped
// whole at the next start, and so is nothing that was ever acknowledged: PointInTime recovery. What
// it would drop beyond that is found by wal_scan.h and by the mark (journal_mark.h).

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>

#include "ingest/journal_store.h"
#include "ingest/wal_scan.h"
#include "runtime/store_log.h"

namespace waybill::ingest {
namespace {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Result;
using schemas::SequenceNumber;

// A journal begins with it.
constexpr SequenceNumber kFirstSeq(1);

// Keeps the rewriting of a busy journal to a few large files.
constexpr std::size_t kWriteBufferOctets = 64 << 20;
// The WAL outlives its memtable only until this much: bounds the time of recovery.
constexpr std::uint64_t kMaxWalOctets = 256 << 20;
constexpr std::size_t kBlockOctets = 32 << 10;
// Trimmed records that are still in memory count until they are flushed: from this many octets on a
// trim flushes them itself, or a small journal that is full would stay full. The same for what
// became of deliveries that were open.
constexpr std::uint64_t kFlushTrimmedOctets = 256 << 10;
// Rows in memory are counted by the blocks that they lie in: those have to be smaller than that.
constexpr std::size_t kArenaBlockOctets = 32 << 10;

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

class RocksJournalStore final : public JournalStore {
 public:
  RocksJournalStore(std::unique_ptr<rocksdb::DB> db,
                    std::vector<rocksdb::ColumnFamilyHandle*> families)
      : db_(std::move(db)), records_(families[0]), open_(families[1]) {}

  ~RocksJournalStore() override {
    db_->DestroyColumnFamilyHandle(records_);
    db_->DestroyColumnFamilyHandle(open_);
    const bool closed = db_->Close().ok() && !failed_.load();
    // After a commit that failed nobody knows which numbers are on the disk.
    if (mark_ && closed) (void)mark_->write({id_, marked_end(), sent_.load(), true});
  }

  // Errc::corrupt: the records end before what the mark says.
  Explained<void> begin_mark(std::unique_ptr<JournalMark> mark) {
    const auto& found = mark->found();
    if (found && found->end > end_seq()) {
      return Failure{
          Errc::corrupt,
          "the journal ends before record " + std::to_string(end_seq().value()) + ", and " +
              std::to_string(found->end - end_seq()) +
              " more were acknowledged: they are missing. Restore its directory from a copy; or, "
              "to go on without them, remove " +
              mark->path()};
    }
    id_ = id_after(*mark, end_seq());
    const SequenceNumber sent = found ? found->sent : first_seq();
    sent_.store(std::min(std::max(sent, first_seq()), end_seq()));
    mark_ = std::move(mark);
    const auto noted = note(sent_.load());
    if (!noted) return runtime::explain(noted.error(), "cannot write " + mark_->path());
    return {};
  }

  // Where the records begin and end. The trim marker keeps the end from going back in an emptied
  // log.
  Result<void> find_ends() {
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions(), records_));
    it->SeekToFirst();
    first_ = it->Valid() ? seq_of(it->key()) : kFirstSeq;
    it->SeekToLast();
    end_ = it->Valid() ? seq_of(it->key()) + 1 : kFirstSeq;
    if (!it->status().ok()) return make_error_code(translate(it->status()));
    return {};
  }

  Result<void> commit(const JournalWrite& write) override {
    rocksdb::WriteBatch batch;
    SequenceNumber seq = write.first_seq;
    for (const std::string& record : write.records) batch.Put(records_, key_of(seq++), record);
    for (const OpenDelivery& open : write.opens) {
      batch.Put(open_, open.delivery_id, key_of(open.accepted_seq));
    }
    for (const std::string& id : write.closes) batch.Delete(open_, id);
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status status = db_->Write(options, &batch);
    if (!status.ok()) {
      failed_.store(true);
      return make_error_code(translate(status));
    }
    end_.store(seq, std::memory_order_release);
    return {};
  }

  Result<std::vector<JournalRecord>> read(SequenceNumber from, std::size_t most,
                                          std::size_t octets) const override {
    std::vector<JournalRecord> out;
    const SequenceNumber end = end_seq();
    if (from < first_seq()) return make_error_code(Errc::not_found);
    if (from >= end || most == 0 || octets == 0) return out;
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    const std::string upper = key_of(end);
    const rocksdb::Slice bound(upper);
    options.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options, records_));
    std::size_t taken = 0;
    SequenceNumber expected = from;
    for (it->Seek(key_of(from)); it->Valid() && out.size() < most && taken < octets; it->Next()) {
      if (seq_of(it->key()) != expected) return make_error_code(Errc::corrupt);
      out.push_back({expected++, it->value().ToString()});
      taken += out.back().value.size();
    }
    if (!it->status().ok()) return make_error_code(translate(it->status()));
    if (out.empty()) return make_error_code(Errc::corrupt);
    return out;
  }

  SequenceNumber first_seq() const override { return first_.load(std::memory_order_acquire); }
  SequenceNumber end_seq() const override { return end_.load(std::memory_order_acquire); }

  Result<std::vector<OpenDelivery>> open_deliveries() const override {
    std::vector<OpenDelivery> out;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions(), open_));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      out.push_back({it->key().ToString(), seq_of(it->value())});
    }
    if (!it->status().ok()) return make_error_code(translate(it->status()));
    return out;
  }

  Result<void> begin_at(SequenceNumber seq, const std::vector<OpenDelivery>& open) override {
    const auto was_open = open_deliveries();
    if (!was_open) return was_open.error();
    rocksdb::WriteBatch batch;
    batch.DeleteRange(records_, key_of(SequenceNumber(0)), key_of(SequenceNumber(UINT64_MAX)));
    for (const OpenDelivery& one : *was_open) batch.Delete(open_, one.delivery_id);
    for (const OpenDelivery& one : open) {
      batch.Put(open_, one.delivery_id, key_of(one.accepted_seq));
    }
    // If the process ends between the two, the mark says less than there is. The numbers from here
    // on may have been given before: another id.
    id_ = new_journal_id();
    if (auto marked = mark_->write({id_, kFirstSeq, seq, false}); !marked) return marked;
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status status = db_->Write(options, &batch);
    if (!status.ok()) return make_error_code(translate(status));
    first_.store(seq, std::memory_order_release);
    end_.store(seq, std::memory_order_release);
    sent_.store(seq);
    return {};
  }

  Result<void> trim(SequenceNumber seq) override {
    // The newest record stays: it says where the numbers go on.
    const SequenceNumber end = end_seq();
    if (end > kFirstSeq && seq >= end) seq = end - 1;
    if (seq <= first_seq()) return {};
    first_.store(seq, std::memory_order_release);
    const std::string from = key_of(SequenceNumber(0));
    const std::string to = key_of(seq);
    const rocksdb::Slice begin(from);
    const rocksdb::Slice last(to);
    std::uint64_t count_in_memory = 0;
    std::uint64_t octets_in_memory = 0;
    db_->GetApproximateMemTableStats(records_, {begin, last}, &count_in_memory, &octets_in_memory);
    rocksdb::Status status = db_->DeleteRange(rocksdb::WriteOptions(), records_, from, to);
    if (status.ok() && octets_in_memory >= kFlushTrimmedOctets) {
      status = db_->Flush(rocksdb::FlushOptions(), records_);
    }
    std::uint64_t open_in_memory = 0;
    db_->GetIntProperty(open_, rocksdb::DB::Properties::kCurSizeAllMemTables, &open_in_memory);
    if (status.ok() && open_in_memory >= kFlushTrimmedOctets) {
      status = db_->Flush(rocksdb::FlushOptions(), open_);
    }
    if (status.ok())
      status = rocksdb::DeleteFilesInRange(db_.get(), records_, &begin, &last, false);
    if (!status.ok()) return make_error_code(translate(status));
    return {};
  }

  Explained<runtime::StoreBackup> back_up(const std::string& directory,
                                          const runtime::StoreProgress& progress) override {
    return runtime::back_up_store(*db_, directory, progress);
  }

  std::uint64_t octets() const override {
    std::uint64_t sum = 0;
    for (rocksdb::ColumnFamilyHandle* family : {records_, open_}) {
      for (const std::string& property : {rocksdb::DB::Properties::kLiveSstFilesSize,
                                          rocksdb::DB::Properties::kSizeAllMemTables}) {
        std::uint64_t value = 0;
        if (db_->GetIntProperty(family, property, &value)) sum += value;
      }
    }
    return sum;
  }

  JournalId id() const override { return id_; }

  Result<void> note(SequenceNumber sent) override {
    // If the process ends here, the mark is the one of before: it says less, and nothing wrong.
    const auto written = mark_->write({id_, marked_end(), sent, false});
    if (written) sent_.store(sent);
    return written;
  }

  SequenceNumber sent() const override { return sent_.load(); }

 private:
  // What the next start has to find: without a record it finds no end.
  SequenceNumber marked_end() const { return first_seq() < end_seq() ? end_seq() : kFirstSeq; }

  std::unique_ptr<rocksdb::DB> db_;
  std::unique_ptr<JournalMark> mark_;
  JournalId id_ = 0;
  std::atomic<SequenceNumber> sent_{kFirstSeq};
  std::atomic<bool> failed_{false};  // a commit did
  rocksdb::ColumnFamilyHandle* records_;
  rocksdb::ColumnFamilyHandle* open_;
  std::atomic<SequenceNumber> first_{kFirstSeq};
  std::atomic<SequenceNumber> end_{kFirstSeq};
};

// The write-ahead logs, oldest first: their names are ascending numbers of six digits or more.
std::vector<std::filesystem::path> write_ahead_logs(const std::string& directory) {
  std::vector<std::filesystem::path> out;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    if (entry.path().extension() == ".log") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    const std::string left = a.filename().string();
    const std::string right = b.filename().string();
    return left.size() != right.size() ? left.size() < right.size() : left < right;
  });
  return out;
}

// Errc::corrupt: what was acknowledged stands behind a place that cannot be read, and RocksDB would
// drop it without a word.
Explained<void> check_write_ahead_logs(const std::string& directory) {
  std::string block(WalScan::kBlock, '\0');
  std::filesystem::path torn;
  std::uint64_t torn_at = 0;
  const auto damage = [](const std::filesystem::path& file, std::uint64_t at) {
    return Failure{Errc::corrupt,
                   file.string() + " is damaged at octet " + std::to_string(at) +
                       ", and good records stand behind that place: they were acknowledged and "
                       "would be lost. Restore the file from a copy; or, to do without those "
                       "records, cut it there (truncate -s " +
                       std::to_string(at) + ") and move the .log files that are newer away"};
  };
  for (const auto& path : write_ahead_logs(directory)) {
    std::ifstream file(path, std::ios::binary);
    WalScan scan;
    while (file) {
      file.read(block.data(), static_cast<std::streamsize>(block.size()));
      scan.add(std::string_view(block).substr(0, static_cast<std::size_t>(file.gcount())));
    }
    // What cannot be read is not the end.
    if (!file.eof()) return Failure{Errc::io_error, "cannot read " + path.string()};
    if (!torn.empty() && scan.has_records()) return damage(torn, torn_at);
    if (scan.damaged()) return damage(path, *scan.bad_at());
    if (scan.bad_at() && torn.empty()) {
      torn = path;
      torn_at = *scan.bad_at();
    }
  }
  return {};
}

std::vector<rocksdb::ColumnFamilyDescriptor> families_of_journal() {
  return {{rocksdb::kDefaultColumnFamilyName, family_options()}, {"open", family_options()}};
}

}  // namespace

Explained<std::unique_ptr<JournalStore>> open_rocks_journal(const std::string& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) return runtime::explain(failed, "cannot create " + directory);
  if (const auto sound = check_write_ahead_logs(directory); !sound) return sound.error();
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  // Up to the first record that cannot be read; that it is the last one was seen above.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.max_total_wal_size = kMaxWalOctets;
  options.info_log = runtime::rocksdb_log();
  const auto descriptors = families_of_journal();
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(options, directory, descriptors, &families, &raw);
  if (status.IsNoSpace()) {
    return Failure{
        Errc::no_space,
        directory + ": the disk is full; make room, a start needs some. " + status.ToString()};
  }
  if (!status.ok()) return Failure{translate(status), status.ToString()};
  auto store =
      std::make_unique<RocksJournalStore>(std::unique_ptr<rocksdb::DB>(raw), std::move(families));
  const auto ends = store->find_ends();
  if (!ends) return Failure{runtime::errc_of(ends.error()), "cannot read the first or last record"};
  auto mark = JournalMark::open(directory);
  if (!mark) return mark.error();
  if (const auto begun = store->begin_mark(std::move(*mark)); !begun) return begun.error();
  return std::unique_ptr<JournalStore>(std::move(store));
}

Explained<SequenceNumber> rocks_journal_end(const std::string& directory) {
  rocksdb::DBOptions options;
  options.info_log = runtime::rocksdb_log();
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::OpenForReadOnly(options, directory, families_of_journal(), &families, &raw);
  if (!status.ok()) return Failure{translate(status), status.ToString()};
  RocksJournalStore store(std::unique_ptr<rocksdb::DB>(raw), std::move(families));
  if (const auto ends = store.find_ends(); !ends) {
    return Failure{runtime::errc_of(ends.error()), "cannot read the first or last record"};
  }
  return store.end_seq();
}

}  // namespace waybill::ingest
