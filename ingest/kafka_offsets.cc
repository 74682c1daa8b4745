#include "ingest/kafka_offsets.h"

namespace waybill::ingest {

using runtime::Result;

Result<std::map<std::uint32_t, std::uint64_t>> ask_offsets(
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
  std::map<std::uint32_t, std::uint64_t> out;
  rd_kafka_resp_err_t wrong = asked;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) wrong = one.err;
    if (one.offset < 0 && wrong == RD_KAFKA_RESP_ERR_NO_ERROR) {
      wrong = RD_KAFKA_RESP_ERR__TIMED_OUT;
    }
    out[static_cast<std::uint32_t>(one.partition)] = static_cast<std::uint64_t>(one.offset);
  }
  rd_kafka_topic_partition_list_destroy(list);
  if (wrong != RD_KAFKA_RESP_ERR_NO_ERROR) return make_error_code(errc_of_kafka(wrong));
  handle.seen_alive();
  return out;
}

}  // namespace waybill::ingest
