#include "projector/memory_view_store.h"

namespace waybill::projector {

using runtime::Errc;
using runtime::Result;

bool MemoryViewStore::fails_now() { return fail_in_ > 0 && --fail_in_ == 0; }

void MemoryViewStore::set(Table table, std::string_view key,
                          const std::optional<std::string_view>& value, Undo& undo) {
  RowMap& map = rows(table);
  const auto found = map.find(key);
  if (found == map.end()) {
    undo.push_back({table, std::string(key), std::nullopt});
    if (value) map.emplace(key, *value);
    return;
  }
  undo.push_back({table, found->first, std::move(found->second)});
  if (value) {
    found->second = *value;
  } else {
    map.erase(found);
  }
}

Result<void> MemoryViewStore::apply(const WriteBatch& batch) {
  const runtime::WriterLock lock(mutex_);
  const bool fails = fails_now();
  if (fails && failure_ == Failure::not_stored) return make_error_code(Errc::io_error);
  Undo undo;
  for (const WriteBatch::Range& range : batch.ranges()) {
    RowMap& map = rows(range.table);
    const auto end = map.lower_bound(range.to);
    for (auto row = map.lower_bound(range.from); row != end; row = map.erase(row)) {
      undo.push_back({range.table, row->first, std::move(row->second)});
    }
  }
  batch.for_each([&](const WriteBatch::Entry& entry) {
    mutex_.assert_held();
    set(entry.table, entry.key, entry.value, undo);
  });
  unsynced_.push_back(std::move(undo));
  version_.fetch_add(1, std::memory_order_release);
  if (fails) return make_error_code(Errc::io_error);
  return {};
}

Result<void> MemoryViewStore::sync() {
  const runtime::WriterLock lock(mutex_);
  const bool fails = fails_now();
  if (fails && failure_ == Failure::not_stored) return make_error_code(Errc::io_error);
  unsynced_.clear();
  if (fails) return make_error_code(Errc::io_error);
  return {};
}

Result<std::string> MemoryViewStore::get(Table table, std::string_view key) const {
  const runtime::ReaderLock lock(mutex_);
  const auto found = rows(table).find(key);
  if (found == rows(table).end()) return make_error_code(Errc::not_found);
  return found->second;
}

Result<void> MemoryViewStore::scan(Table table, std::string_view from, std::string_view to,
                                   const Visit& visit) const {
  const runtime::ReaderLock lock(mutex_);
  const RowMap& map = rows(table);
  for (auto row = map.lower_bound(from); row != map.end(); ++row) {
    if (!to.empty() && row->first >= to) break;
    if (!visit(row->first, row->second)) break;
  }
  return {};
}

Result<void> MemoryViewStore::drop(Table table) {
  const runtime::WriterLock lock(mutex_);
  const bool fails = fails_now();
  if (fails && failure_ == Failure::not_stored) return make_error_code(Errc::io_error);
  Undo undo;
  for (auto& [key, value] : rows(table)) undo.push_back({table, key, std::move(value)});
  rows(table).clear();
  unsynced_.push_back(std::move(undo));
  version_.fetch_add(1, std::memory_order_release);
  if (fails) return make_error_code(Errc::io_error);
  return {};
}

void MemoryViewStore::lose_unsynced(std::size_t surviving) {
  const runtime::WriterLock lock(mutex_);
  for (; unsynced_.size() > surviving; unsynced_.pop_back()) {
    Undo& undo = unsynced_.back();
    for (auto old = undo.rbegin(); old != undo.rend(); ++old) {
      if (old->value) {
        rows(old->table)[old->key] = std::move(*old->value);
      } else {
        rows(old->table).erase(old->key);
      }
    }
  }
  unsynced_.clear();
  version_.fetch_add(1, std::memory_order_release);
}

std::size_t MemoryViewStore::unsynced() const {
  const runtime::ReaderLock lock(mutex_);
  return unsynced_.size();
}

void MemoryViewStore::fail_nth(std::uint64_t n, Failure failure) {
  const runtime::WriterLock lock(mutex_);
  fail_in_ = n;
  failure_ = failure;
}

Result<void> MemoryViewStore::checkpoint(const std::string&) {
  return make_error_code(Errc::invalid);
}

Result<void> MemoryViewStore::AtOnce::scan(Table table, std::string_view from, std::string_view to,
                                           const Visit& visit) const {
  std::size_t rows = 0;
  const auto scanned =
      store_.scan(table, from, to, [&](std::string_view key, std::string_view value) {
        return ++rows <= kMostAtOnce && visit(key, value);
      });
  if (rows > kMostAtOnce) return make_error_code(Errc::would_block);
  return scanned;
}

}  // namespace waybill::projector
