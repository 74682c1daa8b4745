#include "ingest/kafka_offsets.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Result;

namespace {

constexpr int kLeadersMs = 2'000;

// librdkafka refreshes leaders of topics that it has a handle of, and the question above has none:
// it would go to a broker that has ceased to lead for minutes.
void ask_who_leads(KafkaHandle& handle, const std::string& name) {
  rd_kafka_topic_t* topic = rd_kafka_topic_new(handle.get(), name.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(handle.get(), 0, topic, &metadata, kLeadersMs) ==
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_metadata_destroy(metadata);
  }
  rd_kafka_topic_destroy(topic);
}

}  // namespace

Result<std::map<std::uint32_t, schemas::LogOffset>> ask_offsets(
    KafkaHandle& handle, const std::string& topic, const std::vector<std::uint32_t>& partitions,
    Edge edge, std::chrono::milliseconds timeout) {
  // A time of -1 asks for the end and -2 for the beginning (ListOffsets of Kafka's protocol);
  // rd_kafka_query_watermark_offsets() of 2.0.2 does not keep to its timeout.
  const std::int64_t time = edge == Edge::end ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_topic_partition_list_t* list =
      rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size()));
  for (const std::uint32_t partition : partitions) {
    rd_kafka_topic_partition_list_add(list, topic.c_str(), static_cast<std::int32_t>(partition))
        ->offset = time;
  }
  const rd_kafka_resp_err_t asked =
      rd_kafka_offsets_for_times(handle.get(), list, static_cast<int>(timeout.count()));
  std::map<std::uint32_t, schemas::LogOffset> out;
  rd_kafka_resp_err_t wrong = asked;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) wrong = one.err;
    // Where nobody answered the question still stands in the answer's place.
    if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR || one.offset < 0) continue;
    out[static_cast<std::uint32_t>(one.partition)] =
        schemas::LogOffset(static_cast<std::uint64_t>(one.offset));
  }
  rd_kafka_topic_partition_list_destroy(list);
  if (out.size() < partitions.size()) ask_who_leads(handle, topic);
  const Errc code = errc_of_kafka(wrong);
  const bool none = out.empty() && !partitions.empty();
  if (wrong != RD_KAFKA_RESP_ERR_NO_ERROR && (none || code == Errc::not_found)) {
    return make_error_code(code);
  }
  if (none) return make_error_code(Errc::timeout);
  handle.seen_alive();
  return out;
}

}  // namespace waybill::ingest
