// MemoryLog's producer.

#include <algorithm>

#include "ingest/memory_log_state.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

using Waiting = std::vector<runtime::OneShot<bool>>;

class MemoryProducer final : public LogProducer {
 public:
  MemoryProducer(std::shared_ptr<MemoryLog::State> state, std::uint64_t generation)
      : state_(std::move(state)), generation_(generation) {}

  Explained<Sent> send(const OutRecord& record, std::uint64_t tag) override {
    Waiting told;
    auto sent = try_send(record, tag, told);
    for (const auto& one : told) one.give(true);
    return sent;
  }

  Explained<void> flush(std::chrono::milliseconds, std::vector<Acknowledged>& news) override {
    return take_news(Company::not_waited_for, news);
  }

  Explained<void> poll(std::chrono::milliseconds, std::vector<Acknowledged>& news) override {
    return take_news(Company::waited_for, news);
  }

  std::uint64_t losses() const override {
    const runtime::MutexLock lock(state_->mutex);
    return state_->losses;
  }

 private:
  // Of records that linger.
  enum class Company { waited_for, not_waited_for };

  Explained<void> take_news(Company company, std::vector<Acknowledged>& news) {
    Waiting told;
    {
      const runtime::MutexLock lock(state_->mutex);
      const bool stays = state_->lingering && company == Company::waited_for;
      if (still_whole() && !stays) write_all();
      if (!failure_ && !state_->acknowledgements_held) {
        news.insert(news.end(), written_.begin(), written_.end());
        written_.clear();
      }
      told = state_->take_waiting();
    }
    for (const auto& one : told) one.give(true);
    if (failure_) return *failure_;
    return {};
  }

  struct Queued {
    MemoryRecord record;
    std::uint64_t tag;
  };
  using TopicPartition = std::pair<std::string, std::uint32_t>;

  Explained<Sent> try_send(const OutRecord& record, std::uint64_t tag, Waiting& told) {
    const runtime::MutexLock lock(state_->mutex);
    if (!still_whole()) {
      told = state_->take_waiting();
      return *failure_;
    }
    if (queued_ + written_.size() >= state_->queue_limit) return Sent::queue_full;
    if (state_->sends_left == 0) {
      state_->sends_left = UINT64_MAX;
      fail("the producer was told to fail");
      told = state_->take_waiting();
      return *failure_;
    }
    if (state_->sends_left != UINT64_MAX) --state_->sends_left;
    MemoryRecord copy{std::string(record.key), std::string(record.value), {}};
    for (const auto& [name, value] : record.headers) copy.headers.emplace_back(name, value);
    queues_[{std::string(record.topic), record.partition}].push_back({std::move(copy), tag});
    ++queued_;
    return Sent::taken;
  }

  bool still_whole() WAYBILL_REQUIRES(state_->mutex) {
    if (!failure_ && generation_ < state_->generation) fail("the log has no more of it");
    return !failure_;
  }

  void write_all() WAYBILL_REQUIRES(state_->mutex) {
    for (auto& [place, queue] : queues_) {
      auto* const partition = state_->find(place.first, place.second);
      if (partition == nullptr) {
        fail(place.first + " partition " + std::to_string(place.second) + " does not exist");
        return;
      }
      if (partition->stalled) continue;
      for (Queued& one : queue) {
        written_.push_back({one.tag, partition->end()});
        partition->records.push_back(std::move(one.record));
        --queued_;
      }
      queue.clear();
    }
  }

  void fail(const std::string& why) WAYBILL_REQUIRES(state_->mutex) {
    failure_ = Failure{Errc::io_error, why};
    for (auto& [place, queue] : queues_) {
      auto* const partition = state_->find(place.first, place.second);
      if (partition == nullptr || !state_->kept) continue;
      const std::size_t kept = std::min(state_->kept(queue.size()), queue.size());
      for (std::size_t i = 0; i < kept; ++i) {
        partition->records.push_back(std::move(queue[i].record));
      }
    }
    queues_.clear();
  }

  const std::shared_ptr<MemoryLog::State> state_;
  const std::uint64_t generation_;
  std::map<TopicPartition, std::deque<Queued>> queues_;
  std::size_t queued_ = 0;             // in all queues
  std::vector<Acknowledged> written_;  // and not acknowledged
  std::optional<Failure> failure_;
};

}  // namespace

std::unique_ptr<LogProducer> make_memory_producer(std::shared_ptr<MemoryLog::State> state,
                                                  std::uint64_t generation) {
  return std::make_unique<MemoryProducer>(std::move(state), generation);
}

}  // namespace waybill::ingest
