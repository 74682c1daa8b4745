// KafkaEnds asks on a thread of its own, because the question waits for brokers.

#include <pthread.h>

#include <map>
#include <thread>

#include "ingest/kafka_offsets.h"
#include "ingest/kafka_stream.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"

namespace waybill::ingest {

using runtime::Explained;
using std::chrono::milliseconds;

namespace {

// How old an answer about a silent log may be.
constexpr milliseconds kAskEvery{200};
// From a relay's journal to all in-sync replicas, where nothing is wrong.
constexpr milliseconds kToBeWritten{200};

class Ends final : public LogEnds {
 public:
  Ends(std::string topic, std::vector<std::uint32_t> partitions, const runtime::Clock& clock,
       milliseconds linger)
      : topic_(std::move(topic)),
        partitions_(std::move(partitions)),
        clock_(clock),
        linger_(linger) {}

  ~Ends() override {
    {
      const runtime::MutexLock lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  Explained<void> open(const KafkaSettings& settings) {
    const std::vector<KafkaHandle::Property> own = {{"isolation.level", "read_committed"},
                                                    {"reconnect.backoff.max.ms", "2000"}};
    auto handle = KafkaHandle::make(RD_KAFKA_CONSUMER, settings, own, nullptr, nullptr);
    if (!handle) return handle.error();
    handle_ = std::move(*handle);
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "wb-log-ends");
    return {};
  }

  std::optional<LogEnd> of(std::uint32_t partition) const override {
    const runtime::MutexLock lock(mutex_);
    const auto found = ends_.find(partition);
    if (found == ends_.end()) return std::nullopt;
    return found->second;
  }

  milliseconds on_the_way() const override { return linger_ + kToBeWritten; }

 private:
  void run() {
    runtime::MutexLock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      ask();
      lock.lock();
      const runtime::Instant until = runtime::wait_end(kAskEvery);
      while (!stopping_) {
        if (!wake_.wait_until(mutex_, until)) break;
      }
    }
  }

  void ask() {
    // What comes while the question is under way is not in the answer.
    const runtime::Instant asked = clock_.now();
    const auto ends = ask_offsets(*handle_, topic_, partitions_, Edge::end, kAskTimeout);
    rd_kafka_poll(handle_->get(), 0);
    if (!ends) return;
    const runtime::MutexLock lock(mutex_);
    for (const auto& [partition, offset] : *ends) ends_[partition] = {offset, asked};
  }

  const std::string topic_;
  const std::vector<std::uint32_t> partitions_;
  const runtime::Clock& clock_;
  const milliseconds linger_;
  std::unique_ptr<KafkaHandle> handle_;
  mutable runtime::Mutex mutex_;
  runtime::ConditionVariable wake_;
  std::map<std::uint32_t, LogEnd> ends_ WAYBILL_GUARDED_BY(mutex_);
  bool stopping_ WAYBILL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace

Explained<std::unique_ptr<LogEnds>> kafka_ends(const KafkaSettings& settings,
                                               const std::string& topic,
                                               std::vector<std::uint32_t> partitions,
                                               const runtime::Clock& clock, milliseconds linger) {
  auto ends = std::make_unique<Ends>(topic, std::move(partitions), clock, linger);
  if (const auto opened = ends->open(settings); !opened) return opened.error();
  return std::unique_ptr<LogEnds>(std::move(ends));
}

}  // namespace waybill::ingest
