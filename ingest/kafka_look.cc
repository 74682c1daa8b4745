#include "ingest/kafka_look.h"

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "ingest/kafka_handle.h"
#include "ingest/kafka_offsets.h"
#include "runtime/mutex.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using schemas::LogOffset;
using std::chrono::milliseconds;

namespace {

// Of one call, about.
constexpr milliseconds kReadTimeout{2'000};
constexpr int kLookPollMs = 50;

using Offsets = std::map<LogPlace, LogOffset>;
using Answers = std::map<LogPlace, StandsThere>;

// The partitions of each topic.
std::map<std::string_view, std::vector<std::uint32_t>> by_topic(const Offsets& wanted) {
  std::map<std::string_view, std::vector<std::uint32_t>> out;
  for (const auto& [place, offset] : wanted) out[place.topic].push_back(place.partition);
  return out;
}

// Those whose offset is none of the log's are answered, and the others left in `wanted`; what does
// not answer is in neither.
Explained<void> ask_ends(KafkaHandle& handle, Offsets& wanted, Answers& answers) {
  Offsets within;
  for (const auto& [topic, partitions] : by_topic(wanted)) {
    const std::string name(topic);
    const auto first = ask_offsets(handle, name, partitions, Edge::first, kAskTimeout);
    if (!first) return runtime::explain(first.error(), "cannot ask where " + name + " begins");
    const auto end = ask_offsets(handle, name, partitions, Edge::end, kAskTimeout);
    if (!end) return runtime::explain(end.error(), "cannot ask where " + name + " ends");
    for (const std::uint32_t partition : partitions) {
      const LogPlace place{topic, partition};
      const auto from = first->find(partition);
      const auto to = end->find(partition);
      if (from == first->end() || to == end->end()) continue;
      const LogOffset offset = wanted.at(place);
      if (offset >= to->second) {
        answers[place].what = StandsThere::What::log_ends_before;
      } else if (offset < from->second) {
        answers[place].what = StandsThere::What::removed;
      } else {
        within.emplace(place, offset);
      }
    }
  }
  wanted = std::move(within);
  return {};
}

void begin_reading(KafkaHandle& handle, const Offsets& wanted) {
  rd_kafka_topic_partition_list_t* list =
      rd_kafka_topic_partition_list_new(static_cast<int>(wanted.size()));
  for (const auto& [place, offset] : wanted) {
    rd_kafka_topic_partition_list_add(list, std::string(place.topic).c_str(),
                                      static_cast<std::int32_t>(place.partition))
        ->offset = static_cast<std::int64_t>(offset.value());
  }
  rd_kafka_assign(handle.get(), list);
  rd_kafka_topic_partition_list_destroy(list);
}

// The first record of each; one that does not come in time is left out.
void read_records(KafkaHandle& handle, const Offsets& wanted, Answers& answers) {
  std::set<LogPlace> left;
  for (const auto& [place, offset] : wanted) left.insert(place);
  const runtime::Instant until = runtime::wait_end(kReadTimeout);
  while (!left.empty() && runtime::wait_end({}) < until) {
    rd_kafka_message_t* const message = rd_kafka_consumer_poll(handle.get(), kLookPollMs);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const std::string topic = rd_kafka_topic_name(message->rkt);
      const auto place = left.find({topic, static_cast<std::uint32_t>(message->partition)});
      if (place != left.end()) {
        StandsThere& answer = answers[*place];
        answer.value.assign(static_cast<const char*>(message->payload), message->len);
        // A record that was removed between the two questions is skipped.
        const LogOffset offset(static_cast<std::uint64_t>(message->offset));
        if (offset != wanted.at(*place)) answer.what = StandsThere::What::removed;
        left.erase(place);
      }
    }
    rd_kafka_message_destroy(message);
  }
}

Explained<Answers> look(const KafkaSettings& settings, Offsets wanted) {
  const std::vector<KafkaHandle::Property> own = {
      {"group.id", "waybill-reader"},        {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"}, {"auto.offset.reset", "error"},
      {"isolation.level", "read_committed"}, {"queued.min.messages", "1"}};
  auto handle = KafkaHandle::make(RD_KAFKA_CONSUMER, settings, own, nullptr, nullptr);
  if (!handle) return handle.error();
  rd_kafka_poll_set_consumer((*handle)->get());
  Answers answers;
  if (const auto asked = ask_ends(**handle, wanted, answers); !asked) return asked.error();
  if (!wanted.empty()) {
    begin_reading(**handle, wanted);
    read_records(**handle, wanted, answers);
  }
  return answers;
}

}  // namespace

LookAt kafka_look(KafkaSettings settings) {
  return [settings = std::move(settings)](const Offsets& wanted) { return look(settings, wanted); };
}

}  // namespace waybill::ingest
