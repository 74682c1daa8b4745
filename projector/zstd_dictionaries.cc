#include "projector/zstd_dictionaries.h"

#include <zstd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "runtime/mutex.h"

namespace waybill::projector {
namespace {

// A file has one of 32 KiB, and its tables are as large: 15 MiB. More files than that are looked
// into at random by a store of some 100 million events alone.
constexpr std::size_t kMostKept = 256;

// What dictionaries are told apart by: the id, which zstd's trainer makes of a digest of the whole
// (0: octets that were not trained), the size, and so many octets at both ends; the first are the
// statistics of what it was trained with.
constexpr std::size_t kEnd = 256;

class Ready {
 public:
  explicit Ready(std::string_view dictionary)
      : id_(ZSTD_getDictID_fromDict(dictionary.data(), dictionary.size())),
        size_(dictionary.size()),
        first_(dictionary.substr(0, kEnd)),
        last_(dictionary.substr(size_ - std::min(size_, kEnd))),
        tables_(ZSTD_createDDict(dictionary.data(), dictionary.size()), &ZSTD_freeDDict) {}

  bool is_of(unsigned id, std::string_view dictionary) const {
    return id == id_ && dictionary.size() == size_ && dictionary.starts_with(first_) &&
           dictionary.ends_with(last_);
  }

  unsigned id() const { return id_; }
  const ZSTD_DDict* tables() const { return tables_.get(); }
  void used_at(std::uint64_t time) const { used_.store(time, std::memory_order_relaxed); }
  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  unsigned id_;
  std::size_t size_;
  std::string first_;
  std::string last_;
  std::unique_ptr<ZSTD_DDict, decltype(&ZSTD_freeDDict)> tables_;
  mutable std::atomic<std::uint64_t> used_ = 0;
};

class Dictionaries {
 public:
  std::shared_ptr<const Ready> ready(std::string_view dictionary) {
    const unsigned id = ZSTD_getDictID_fromDict(dictionary.data(), dictionary.size());
    const std::uint64_t now = unpacked_.fetch_add(1, std::memory_order_relaxed) + 1;
    if (auto kept = find(id, dictionary)) {
      kept->used_at(now);
      return kept;
    }
    auto made = std::make_shared<const Ready>(dictionary);
    made->used_at(now);
    made_.fetch_add(1, std::memory_order_relaxed);
    if (id != 0 && made->tables() != nullptr) keep(made);
    return made;
  }

  DictionaryUse use() const {
    return {made_.load(std::memory_order_relaxed), unpacked_.load(std::memory_order_relaxed)};
  }

 private:
  std::shared_ptr<const Ready> find(unsigned id, std::string_view dictionary) const {
    const runtime::ReaderLock lock(mutex_);
    const auto found = kept_.find(id);
    const bool is = found != kept_.end() && found->second->is_of(id, dictionary);
    return is ? found->second : nullptr;
  }

  // Of two with one id the later is kept.
  void keep(std::shared_ptr<const Ready> made) {
    const runtime::WriterLock lock(mutex_);
    const unsigned id = made->id();
    if (kept_.size() >= kMostKept && kept_.count(id) == 0) {
      kept_.erase(std::min_element(kept_.begin(), kept_.end(), [](const auto& a, const auto& b) {
        return a.second->used() < b.second->used();
      }));
    }
    kept_[id] = std::move(made);
  }

  mutable runtime::SharedMutex mutex_;
  std::unordered_map<unsigned, std::shared_ptr<const Ready>> kept_ WAYBILL_GUARDED_BY(mutex_);
  std::atomic<std::uint64_t> made_ = 0;
  std::atomic<std::uint64_t> unpacked_ = 0;
};

// Never destroyed: RocksDB's threads may outlive the program's own variables.
Dictionaries& dictionaries() {
  static auto* const all = new Dictionaries;
  return *all;
}

}  // namespace

void keep_dictionaries() {}

DictionaryUse dictionary_use() { return dictionaries().use(); }

}  // namespace waybill::projector

// In the place of zstd's own (zstd.h), with its signature and its answers.
extern "C" __attribute__((visibility("default"))) std::size_t ZSTD_decompress_usingDict(
    ZSTD_DCtx* context, void* out, std::size_t room, const void* octets, std::size_t size,
    const void* dictionary, std::size_t dictionary_size) {
  if (dictionary == nullptr || dictionary_size == 0) {
    return ZSTD_decompress_usingDDict(context, out, room, octets, size, nullptr);
  }
  const auto ready = waybill::projector::dictionaries().ready(
      {static_cast<const char*>(dictionary), dictionary_size});
  return ZSTD_decompress_usingDDict(context, out, room, octets, size, ready->tables());
}
