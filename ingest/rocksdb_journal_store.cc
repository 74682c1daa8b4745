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
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>

#include "ingest/journal_store.h"
#include "ingest/open_set.h"
#include "ingest/rocksdb_journal_damage.h"
#include "ingest/rocksdb_journal_format.h"
#include "ingest/wal_scan.h"
#include "runtime/log.h"
#include "runtime/store_files.h"
#include "schemas/event.h"

namespace waybill::ingest {
namespace {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Result;
using schemas::SequenceNumber;

// A journal begins with it.
constexpr SequenceNumber kFirstSeq(1);

// Trimmed records that are still in memory count until they are flushed: from this many octets on a
// trim flushes them itself, or a small journal that is full would stay full. The same for what
// became of deliveries that were open.
constexpr std::uint64_t kFlushTrimmedOctets = 256 << 10;
// A family that lost its last table lacks no more records than the write-ahead logs may hold: open
// deliveries are looked through for so many octets before the end.
constexpr std::uint64_t kLookedThroughOctets = kMaxWalOctets + kWriteBufferOctets;

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
    const bool empty = first_seq() == end_seq();
    if (found && empty && found->end == kFirstSeq) begin_empty(found->sent);
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

  // The families are flushed one after the other. Where the file that says so was cut short, `open`
  // can be older than the records: what has its outcome is in it still, a newer acceptance is not.
  // The records correct it, from the oldest entry on, or from the first one that a flush may have
  // missed. Without `had_open`: all of them.
  Explained<void> mend_open(bool had_open) {
    const auto before = open_deliveries();
    if (!before) return unreadable(before.error());
    SequenceNumber from = had_open ? looked_through_from() : first_seq();
    for (const OpenDelivery& one : *before) from = std::min(from, one.accepted_seq);
    OpenSet open(*before);
    if (auto read = add_records(open, std::max(from, first_seq())); !read) return read.error();
    return replace_open(*before, open.all());
  }

  void merge_small_files() {
    for (rocksdb::ColumnFamilyHandle* family : {records_, open_}) {
      runtime::merge_small_files(*db_, *family);
    }
  }

  Failure unreadable(const runtime::Error& error) const override {
    if (error != Errc::corrupt) return runtime::explain(error, "cannot read " + db_->GetName());
    return damaged_journal(*db_, error.message());
  }

  Result<void> commit(const JournalWrite& write) override {
    rocksdb::WriteBatch batch;
    SequenceNumber seq = write.first_seq;
    for (const std::string& record : write.records) batch.Put(records_, key_of(seq++), record);
    for (const OpenChange& change : write.changes) {
      if (change.accepted_seq) {
        batch.Put(open_, change.delivery_id, key_of(*change.accepted_seq));
      } else {
        batch.Delete(open_, change.delivery_id);
      }
    }
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
    if (auto marked = mark_->write({id_, kFirstSeq, kFirstSeq, false}); !marked) return marked;
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status status = db_->Write(options, &batch);
    if (!status.ok()) return make_error_code(translate(status));
    begin_empty(seq);
    // If the process ends here, the next start finds an empty journal that has not begun anew.
    return note(seq);
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
  void begin_empty(SequenceNumber seq) {
    first_.store(seq, std::memory_order_release);
    end_.store(seq, std::memory_order_release);
    sent_.store(seq);
  }

  SequenceNumber looked_through_from() const {
    const auto octets_from = [this](SequenceNumber seq) {
      const std::string from = key_of(seq);
      const std::string to = key_of(end_seq());
      const rocksdb::Range range(from, to);
      std::uint64_t octets = 0;
      (void)db_->GetApproximateSizes(records_, &range, 1, &octets);
      return octets;
    };
    SequenceNumber enough = first_seq();
    SequenceNumber less = end_seq();
    while (less - enough > 1) {
      const SequenceNumber middle = enough + (less - enough) / 2;
      (octets_from(middle) >= kLookedThroughOctets ? enough : less) = middle;
    }
    return enough;
  }

  Explained<void> add_records(OpenSet& open, SequenceNumber from) const {
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions(), records_));
    schemas::Event event;
    SequenceNumber seq = from;
    for (it->Seek(key_of(from)); it->Valid(); it->Next(), ++seq) {
      if (seq_of(it->key()) != seq) break;
      const rocksdb::Slice value = it->value();
      if (event.ParseFromArray(value.data(), static_cast<int>(value.size()))) open.add(event, seq);
    }
    if (!it->status().ok()) return damaged_journal(*db_, it->status().ToString());
    if (seq == std::max(from, end_seq())) return {};
    const SequenceNumber next = it->Valid() ? seq_of(it->key()) : end_seq();
    return damaged_journal(*db_, "records " + std::to_string(seq.value()) + " to " +
                                     std::to_string((next - 1).value()) + " are missing");
  }

  Explained<void> replace_open(const std::vector<OpenDelivery>& before,
                               const std::vector<OpenDelivery>& after) {
    // Both are in the order of their ids.
    rocksdb::WriteBatch batch;
    const auto of_id = [](const OpenDelivery& a, const OpenDelivery& b) {
      return a.delivery_id < b.delivery_id;
    };
    std::vector<OpenDelivery> gone;
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                        std::back_inserter(gone), of_id);
    std::vector<OpenDelivery> found;
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                        std::back_inserter(found), of_id);
    for (const OpenDelivery& one : gone) batch.Delete(open_, one.delivery_id);
    for (const OpenDelivery& one : found) {
      batch.Put(open_, one.delivery_id, key_of(one.accepted_seq));
    }
    if (batch.Count() == 0) return {};
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status status = db_->Write(options, &batch);
    if (!status.ok()) return Failure{translate(status), status.ToString()};
    runtime::log(runtime::Level::warn, "ingest",
                 "the list of open deliveries was behind the records, and was made of them",
                 {{"had_their_outcome", std::uint64_t{gone.size()}},
                  {"were_not_in_it", std::uint64_t{found.size()}}});
    return {};
  }

  // What the next start has to find: without a record it finds no end, and begins at `sent`.
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

bool has_open_family(const std::string& directory) {
  std::vector<std::string> names;
  const auto listed = rocksdb::DB::ListColumnFamilies(options_of_journal(), directory, &names);
  return listed.ok() && std::find(names.begin(), names.end(), kOpenFamily) != names.end();
}

Failure refused_to_open(const std::string& directory, const rocksdb::Status& status) {
  if (status.IsNoSpace()) {
    return {Errc::no_space,
            directory + ": the disk is full; make room, a start needs some. " + status.ToString()};
  }
  // A file that another one names, and that is gone.
  const bool lacks = status.IsPathNotFound();
  if (status.IsCorruption() || lacks) return damaged_journal(directory, status.ToString());
  return {translate(status), status.ToString()};
}

Explained<std::unique_ptr<JournalStore>> open_checked(const std::string& directory) {
  const bool had_open = has_open_family(directory);
  rocksdb::DBOptions options = options_of_journal();
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(options, directory, families_of_journal(), &families, &raw);
  if (!status.ok()) return refused_to_open(directory, status);
  auto store =
      std::make_unique<RocksJournalStore>(std::unique_ptr<rocksdb::DB>(raw), std::move(families));
  if (const auto ends = store->find_ends(); !ends) return store->unreadable(ends.error());
  auto mark = JournalMark::open(directory);
  if (!mark) return mark.error();
  if (const auto begun = store->begin_mark(std::move(*mark)); !begun) return begun.error();
  if (const auto mended = store->mend_open(had_open); !mended) return mended.error();
  store->merge_small_files();
  return std::unique_ptr<JournalStore>(std::move(store));
}

}  // namespace

Explained<std::unique_ptr<JournalStore>> open_rocks_journal(const std::string& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) return runtime::explain(failed, "cannot create " + directory);
  if (const auto sound = check_write_ahead_logs(directory); !sound) return sound.error();
  auto opened = open_checked(directory);
  if (opened || opened.error() != Errc::corrupt) return opened;
  // Its own words name what is damaged as well as a second look would.
  return take_out_damaged_open(directory) ? open_checked(directory) : std::move(opened);
}

Explained<SequenceNumber> rocks_journal_end(const std::string& directory) {
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(
      options_of_journal(), directory, families_of_journal(), &families, &raw);
  if (!status.ok()) return refused_to_open(directory, status);
  RocksJournalStore store(std::unique_ptr<rocksdb::DB>(raw), std::move(families));
  if (const auto ends = store.find_ends(); !ends) return store.unreadable(ends.error());
  return store.end_seq();
}

}  // namespace waybill::ingest
