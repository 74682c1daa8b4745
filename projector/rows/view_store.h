// ViewStore: ordered rows by table, written in atomic batches. One store is one partition of the
// log.
//
// Promises: a batch is applied whole or not at all, also through a crash; batches survive a crash
// in order (the last ones since sync() may be lost together: the log is read again from
// read_progress()). A read sees every batch applied before it. Reads may run on any thread beside
// the one writer.
// Errc::io_error, Errc::corrupt: the store failed; nothing of the batch may be taken as written.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projector/rows/table.h"
#include "runtime/failure.h"
#include "runtime/store_backup.h"

namespace waybill::projector {

// Puts and deletes in order; the last word on a key counts. Ranges are erased before all of them:
// what the batch puts stays. Octets are kept in one buffer, so that a batch that is cleared and
// filled again allocates nothing.
class WriteBatch {
 public:
  struct Entry {
    Table table;
    std::string_view key;
    std::optional<std::string_view> value;  // nullopt: delete
  };
  void put(Table table, std::string_view key, std::string_view value) {
    written_.push_back({table, false, key.size(), value.size()});
    bytes_.append(key).append(value);
  }
  void erase(Table table, std::string_view key) {
    written_.push_back({table, true, key.size(), 0});
    bytes_.append(key);
  }

  // Rows with from <= key < to that are there before the batch.
  void erase_range(Table table, std::string_view from, std::string_view to) {
    ranges_.push_back({table, std::string(from), std::string(to)});
  }
  struct Range {
    Table table;
    std::string from;
    std::string to;
  };
  const std::vector<Range>& ranges() const { return ranges_; }

  // Calls visit(Entry) for each, in order. What an entry points at lives until the next put or
  // erase.
  template <class Visit>
  void for_each(Visit visit) const {
    std::string_view rest = bytes_;
    for (const Written& one : written_) {
      Entry entry{one.table, rest.substr(0, one.key_size), std::nullopt};
      if (!one.erased) entry.value = rest.substr(one.key_size, one.value_size);
      rest.remove_prefix(one.key_size + one.value_size);
      visit(entry);
    }
  }

  std::size_t size() const { return written_.size(); }
  bool empty() const { return written_.empty() && ranges_.empty(); }
  std::size_t octets() const { return bytes_.size(); }
  void clear() {
    written_.clear();
    bytes_.clear();
    ranges_.clear();
  }

 private:
  struct Written {
    Table table;
    bool erased;
    std::size_t key_size;
    std::size_t value_size;
  };
  std::vector<Written> written_;
  std::string bytes_;
  std::vector<Range> ranges_;
};

// What is there to be read. Any thread.
class ViewReader {
 public:
  virtual ~ViewReader() = default;

  // Every batch that is applied makes it greater: what was read after it was asked for is so as
  // long as it is the same.
  virtual std::uint64_t version() const = 0;

  // Errc::not_found.
  virtual runtime::Result<std::string> get(Table table, std::string_view key) const = 0;

  // The values of all `keys`, in their order. Errc::not_found: one is not there. A store may read
  // what stands near one another at once.
  virtual runtime::Result<std::vector<std::string>> get_all(
      Table table, const std::vector<std::string>& keys) const {
    std::vector<std::string> values;
    values.reserve(keys.size());
    for (const std::string& key : keys) {
      auto value = get(table, key);
      if (!value) return value.error();
      values.push_back(std::move(*value));
    }
    return values;
  }

  // Rows with from <= key < to, ascending, until `visit` says false. All see one moment of the
  // store. An empty `to` is the end of the table. `visit` must not call back into the store.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  virtual runtime::Result<void> scan(Table table, std::string_view from, std::string_view to,
                                     const Visit& visit) const = 0;
};

// Rows that one read may take of a ViewStore::at_once(): a fraction of a millisecond's worth.
inline constexpr std::size_t kMostAtOnce = 512;

class ViewStore : public ViewReader {
 public:
  virtual runtime::Result<void> apply(const WriteBatch& batch) = 0;
  // What was applied before survives a power cut once this has returned.
  virtual runtime::Result<void> sync() = 0;
  // The writer's, after an error of its own: the store takes writes again, if what failed is gone.
  // What had been applied is still there; of the batch that failed the store says by its rows
  // whether it is.
  virtual runtime::Result<void> resume() = 0;

  // The same rows for threads that must not wait: no disk is touched, and one read takes at most
  // kMostAtOnce rows. Errc::would_block: that is not enough; what it has visited is void. It lives
  // as long as the store.
  virtual const ViewReader& at_once() const = 0;

  // Removes every row of a table at once. Apart from batches: a crash in it may leave the table as
  // it was.
  virtual runtime::Result<void> drop(Table table) = 0;

  // A store of its own in `directory`, which must not exist yet: everything applied before. Beside
  // the writer; made of hard links where the file system has them. Errc::invalid: this store has no
  // files.
  virtual runtime::Result<void> checkpoint(const std::string& directory) = 0;

  // Beside the writer (runtime/store_backup.h). Errc::invalid: this store has no files.
  virtual runtime::Explained<runtime::StoreBackup> back_up(const std::string&,
                                                           const runtime::StoreProgress&) {
    return runtime::Failure{runtime::Errc::invalid, "views without files"};
  }
};

}  // namespace waybill::projector
