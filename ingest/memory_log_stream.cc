// MemoryLog's stream and ends.

#include <atomic>

#include "ingest/memory_log_state.h"
#include "runtime/clock.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;
using runtime::Task;

namespace {

constexpr std::string_view kLogId = "memory";

class MemoryStream final : public EventStream {
 public:
  MemoryStream(std::shared_ptr<MemoryLog::State> state, std::string topic,
               std::vector<StreamPosition> positions)
      : state_(std::move(state)), topic_(std::move(topic)), positions_(std::move(positions)) {}

  Task<Streamed<std::vector<LogRecord>>> next(std::size_t most) override {
    for (;;) {
      const runtime::OneShot<bool> news;
      auto records = read(most, news);
      if (!records || !records->empty()) co_return records;
      co_await news.wait();
    }
  }

  std::string log_id() const override { return std::string(kLogId); }

  void close() override {
    closed_.store(true);
    std::vector<runtime::OneShot<bool>> told;
    {
      const runtime::MutexLock lock(state_->mutex);
      told = state_->take_waiting();
    }
    for (const auto& one : told) one.give(true);
  }

 private:
  // Where there is nothing, `news` will be told of something.
  Streamed<std::vector<LogRecord>> read(std::size_t most, const runtime::OneShot<bool>& news) {
    const runtime::MutexLock lock(state_->mutex);
    if (closed_.load()) return StreamFailure{explain(Errc::closed)};
    for (const StreamPosition& at : positions_) {
      if (state_->find(topic_, at.partition) != nullptr) continue;
      return StreamFailure{
          {Errc::not_found, topic_ + " does not exist, or not with all of these partitions"}};
    }
    std::vector<LogRecord> out;
    for (StreamPosition& at : positions_) {
      const auto& partition = *state_->find(topic_, at.partition);
      const auto fits = fit(at, partition);
      if (!fits) {
        return StreamFailure{fits.error(), at.partition, fits.error() == Errc::corrupt};
      }
      for (; at.next_offset < partition.end() && out.size() < most; ++at.next_offset) {
        const MemoryRecord& record = partition.records[at.next_offset - partition.first];
        out.push_back({at.partition, at.next_offset, record.value});
      }
      // What is read next has to stand behind it, whatever was cut meanwhile.
      if (!out.empty() && out.back().partition == at.partition) {
        at.last_digest = digest_of_value(out.back().value);
      }
    }
    if (out.empty()) state_->waiting.push_back(news);
    return out;
  }

  Explained<void> fit(const StreamPosition& at, const MemoryLog::State::Partition& partition) {
    const std::string place = topic_ + " partition " + std::to_string(at.partition);
    if (!at.log_id.empty() && at.log_id != kLogId) {
      return Failure{Errc::invalid, place + " is of " + std::string(kLogId) +
                                        ", and what was read is of " + at.log_id + ": another log"};
    }
    const std::string here = std::to_string(at.next_offset.value());
    if (at.next_offset < partition.first) {
      return Failure{Errc::not_found, place + " begins at " +
                                          std::to_string(partition.first.value()) +
                                          " and this reader is at " + here};
    }
    if (at.next_offset > partition.end()) {
      return Failure{Errc::corrupt, place + " ends at " + std::to_string(partition.end().value()) +
                                        " and this reader is at " + here +
                                        ": the log was truncated or replaced"};
    }
    const std::string& last = at.last_digest;
    if (last.empty() || at.next_offset == partition.first) return {};
    const schemas::LogOffset before = at.next_offset - 1;
    if (digest_of_value(partition.records[before - partition.first].value) == last) return {};
    return Failure{Errc::corrupt, place + " offset " + std::to_string(before.value()) +
                                      " is another record than the one that was read there"};
  }

  const std::shared_ptr<MemoryLog::State> state_;
  const std::string topic_;
  std::vector<StreamPosition> positions_;
  std::atomic<bool> closed_{false};
};

class Ends final : public LogEnds {
 public:
  Ends(std::shared_ptr<MemoryLog::State> state, std::string topic, const runtime::Clock& clock)
      : state_(std::move(state)), topic_(std::move(topic)), clock_(clock) {}

  std::optional<LogEnd> of(std::uint32_t partition) const override {
    const runtime::Instant asked = clock_.now();
    const runtime::MutexLock lock(state_->mutex);
    const auto* const found = state_->find(topic_, partition);
    if (found == nullptr) return std::nullopt;
    return LogEnd{found->end(), asked};
  }

 private:
  const std::shared_ptr<MemoryLog::State> state_;
  const std::string topic_;
  const runtime::Clock& clock_;
};

}  // namespace

std::unique_ptr<EventStream> make_memory_stream(std::shared_ptr<MemoryLog::State> state,
                                                std::string topic,
                                                std::vector<StreamPosition> positions) {
  return std::make_unique<MemoryStream>(std::move(state), std::move(topic), std::move(positions));
}

std::unique_ptr<LogEnds> MemoryLog::ends(std::string topic, const runtime::Clock& clock) {
  return std::make_unique<Ends>(state_, std::move(topic), clock);
}

}  // namespace waybill::ingest
