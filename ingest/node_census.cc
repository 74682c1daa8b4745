#include "ingest/node_census.h"

#include <map>

#include "ingest/kafka_handle.h"
#include "ingest/kafka_offsets.h"
#include "runtime/clock.h"
#include "schemas/partition.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;
using runtime::Instant;
using schemas::LogOffset;
using std::chrono::milliseconds;

namespace {

constexpr int kCensusPollMs = 100;

using Words = std::map<std::string, NodeWord>;

void take(KafkaHandle& reader, LogOffset end, const runtime::Clock& clock, Words& words,
          bool& at_end) {
  rd_kafka_message_t* const message = rd_kafka_consumer_poll(reader.get(), kCensusPollMs);
  if (message == nullptr) return;
  const LogOffset offset(static_cast<std::uint64_t>(message->offset));
  NodeState state;
  // Where nodes speak all the time, librdkafka never finds the partition at its end.
  at_end = at_end || message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF ||
           (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && offset + 1 >= end);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->payload != nullptr &&
      state.ParseFromArray(message->payload, static_cast<int>(message->len))) {
    const std::string name = state.node();
    const bool heard = offset >= end;
    words[name] = {std::move(state), heard, clock.wall()};
  }
  rd_kafka_message_destroy(message);
}

}  // namespace

Explained<std::vector<NodeWord>> read_nodes(const KafkaSettings& settings,
                                            const runtime::Clock& clock, milliseconds listening,
                                            milliseconds timeout) {
  const Instant give_up = clock.now() + timeout;
  const std::vector<KafkaHandle::Property> own = {
      {"group.id", "waybill-reader"},        {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"}, {"auto.offset.reset", "earliest"},
      {"enable.partition.eof", "true"},      {"allow.auto.create.topics", "false"}};
  auto reader = KafkaHandle::make(RD_KAFKA_CONSUMER, settings, own, nullptr, nullptr);
  if (!reader) return reader.error();
  const auto ends = ask_offsets(**reader, schemas::kNodesTopic, {0}, Edge::end, timeout);
  if (!ends) return explain(ends.error(), "the end of " + std::string(schemas::kNodesTopic));
  rd_kafka_poll_set_consumer((*reader)->get());
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, schemas::kNodesTopic, 0)->offset =
      RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign((*reader)->get(), list);
  rd_kafka_topic_partition_list_destroy(list);
  Words words;
  bool at_end = false;
  while (!at_end && clock.now() < give_up) take(**reader, ends->at(0), clock, words, at_end);
  if (!at_end) {
    return Failure{Errc::timeout,
                   std::string(schemas::kNodesTopic) + " could not be read to its end in time"};
  }
  const Instant heard_enough = runtime::sooner(clock.now() + listening, give_up);
  while (clock.now() < heard_enough) take(**reader, ends->at(0), clock, words, at_end);
  std::vector<NodeWord> out;
  for (auto& [name, one] : words) out.push_back(std::move(one));
  return out;
}

}  // namespace waybill::ingest
