#include "ingest/journal_stream.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::explain;
using runtime::Task;

namespace {

// One read's share of memory, whatever the size of records.
constexpr std::size_t kReadOctets = 4 << 20;

std::vector<LogRecord> in_log(std::vector<JournalRecord> records) {
  std::vector<LogRecord> out;
  out.reserve(records.size());
  for (JournalRecord& record : records) {
    out.push_back({0, offset_of(record.seq), std::move(record.value)});
  }
  return out;
}

}  // namespace

Task<Streamed<std::vector<LogRecord>>> JournalStream::next(std::size_t most) {
  for (;;) {
    if (closed_.load()) co_return StreamFailure{explain(Errc::closed)};
    const schemas::SequenceNumber from = next_.load(std::memory_order_relaxed);
    if (from < journal_.end_seq()) {
      auto records = journal_.store_.read(from, most, kReadOctets);
      if (!records) co_return StreamFailure{explain(records.error())};
      next_.store(from + records->size(), std::memory_order_relaxed);
      co_return in_log(std::move(*records));
    }
    const runtime::OneShot<bool> news;
    {
      const runtime::MutexLock lock(journal_.readers_mutex_);
      // Looked at again under the lock: a commit in between has woken nobody.
      if (from < journal_.end_seq() || closed_.load()) continue;
      journal_.readers_.push_back(news);
    }
    co_await news.wait();
  }
}

void JournalStream::close() {
  closed_.store(true);
  journal_.wake_readers();
}

}  // namespace waybill::ingest
