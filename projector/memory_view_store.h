// MemoryViewStore: a ViewStore without a disk, for the simulation and for tests. It keeps the
// promises of the port and can break the world on demand: lose_unsynced() is a power cut,
// fail_nth() a disk that fails once. Any number of readers beside one writer.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <vector>

#include "projector/rows/view_store.h"
#include "projector/tables.h"
#include "runtime/mutex.h"

namespace waybill::projector {

class MemoryViewStore final : public ViewStore {
 public:
  runtime::Result<void> apply(const WriteBatch& batch) override;
  runtime::Result<void> sync() override;
  runtime::Result<void> resume() override { return {}; }
  const ViewReader& at_once() const override { return at_once_; }
  std::uint64_t version() const override { return version_.load(std::memory_order_acquire); }
  runtime::Result<std::string> get(Table table, std::string_view key) const override;
  runtime::Result<void> scan(Table table, std::string_view from, std::string_view to,
                             const Visit& visit) const override;
  runtime::Result<void> drop(Table table) override;
  runtime::Result<void> checkpoint(const std::string& directory) override;

  // A power cut: back to the last sync(), except that the first `surviving` writes (batches and
  // drops) after it had reached the disk by themselves.
  void lose_unsynced(std::size_t surviving = 0);
  std::size_t unsynced() const;

  // How a failing write leaves the store: as it was, or written although it said otherwise.
  enum class Failure { not_stored, stored };
  // The n-th apply(), sync() or drop() from now (from 1) fails once, with Errc::io_error. 0: none.
  void fail_nth(std::uint64_t n, Failure failure = Failure::not_stored);

 private:
  // Nothing of it is on a disk; what is left is the bound.
  class AtOnce final : public ViewReader {
   public:
    explicit AtOnce(const MemoryViewStore& store) : store_(store) {}
    std::uint64_t version() const override { return store_.version(); }
    runtime::Result<std::string> get(Table table, std::string_view key) const override {
      return store_.get(table, key);
    }
    runtime::Result<void> scan(Table table, std::string_view from, std::string_view to,
                               const Visit& visit) const override;

   private:
    const MemoryViewStore& store_;
  };

  using RowMap = std::map<std::string, std::string, std::less<>>;
  struct OldRow {
    Table table;
    std::string key;
    std::optional<std::string> value;
  };
  using Undo = std::vector<OldRow>;  // of one write, in its order

  bool fails_now() WAYBILL_REQUIRES(mutex_);
  void set(Table table, std::string_view key, const std::optional<std::string_view>& value,
           Undo& undo) WAYBILL_REQUIRES(mutex_);
  RowMap& rows(Table table) WAYBILL_REQUIRES(mutex_) {
    return tables_[static_cast<std::size_t>(table)];
  }
  const RowMap& rows(Table table) const WAYBILL_REQUIRES_SHARED(mutex_) {
    return tables_[static_cast<std::size_t>(table)];
  }

  const AtOnce at_once_{*this};
  std::atomic<std::uint64_t> version_{0};
  mutable runtime::SharedMutex mutex_;
  std::array<RowMap, kTables> tables_ WAYBILL_GUARDED_BY(mutex_);
  std::vector<Undo> unsynced_ WAYBILL_GUARDED_BY(mutex_);
  std::uint64_t fail_in_ WAYBILL_GUARDED_BY(mutex_) = 0;
  Failure failure_ WAYBILL_GUARDED_BY(mutex_) = Failure::not_stored;
};

}  // namespace waybill::projector
