#include "ingest/recovery.h"

#include <algorithm>

#include "runtime/log.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Result;
using runtime::Task;
using schemas::Event;
using schemas::SequenceNumber;

namespace {

// Settled in one append: bounds the memory of a start after a crash under full load.
constexpr std::size_t kSettledAtOnce = 500;

bool accepts(const Event& event, const std::string& delivery_id) {
  const auto& targets = event.accepted().targets();
  return std::any_of(targets.begin(), targets.end(),
                     [&](const auto& one) { return one.delivery_id() == delivery_id; });
}

Result<std::string> accepted_record(const JournalStore& store, SequenceNumber seq,
                                    const KeptElsewhere& elsewhere) {
  const auto records = store.read(seq, 1, 1);
  if (records && !records->empty()) return records->front().value;
  if (elsewhere) return elsewhere(seq);
  return make_error_code(Errc::not_found);
}

Result<Event> accepted_event(const JournalStore& store, const OpenDelivery& open,
                             const KeptElsewhere& elsewhere) {
  const auto record = accepted_record(store, open.accepted_seq, elsewhere);
  if (!record) return record.error();
  Event event;
  if (!event.ParseFromString(*record) || !accepts(event, open.delivery_id)) {
    return make_error_code(Errc::corrupt);
  }
  return event;
}

Event in_doubt(const Event& accepted, const std::string& delivery_id) {
  Event event;
  event.set_domain(accepted.domain());
  event.set_message_id(accepted.message_id());
  event.set_delivery_id(delivery_id);
  event.set_alias(accepted.alias());
  if (accepted.has_sender()) event.set_sender(accepted.sender());
  event.set_client_ip(accepted.client_ip());
  event.set_reported_delivery_id(accepted.reported_delivery_id());
  if (accepted.has_partition()) event.set_partition(accepted.partition());
  auto& body = *event.mutable_in_doubt();
  body.set_accepted_event_id(accepted.event_id());
  for (const auto& target : accepted.accepted().targets()) {
    if (target.delivery_id() == delivery_id) body.set_target(target.target());
  }
  body.set_known(
      "the process ended after the message was accepted and before an outcome was on record");
  return event;
}

// An open delivery whose Accepted can no longer be read (trimmed away, or damaged) still ends.
Event in_doubt_of_unknown(const std::string& delivery_id) {
  Event event;
  event.set_delivery_id(delivery_id);
  event.mutable_in_doubt()->set_known("the record of the acceptance could not be read");
  return event;
}

}  // namespace

Task<Result<std::size_t>> settle_open_acceptances(const JournalStore& store, Recorder& recorder,
                                                  KeptElsewhere elsewhere) {
  const auto open = store.open_deliveries();
  if (!open) co_return open.error();
  std::vector<Event> batch;
  for (std::size_t i = 0; i < open->size(); ++i) {
    const OpenDelivery& delivery = (*open)[i];
    const auto accepted = accepted_event(store, delivery, elsewhere);
    batch.push_back(accepted ? in_doubt(*accepted, delivery.delivery_id)
                             : in_doubt_of_unknown(delivery.delivery_id));
    if (batch.size() < kSettledAtOnce && i + 1 < open->size()) continue;
    // If the process ends here, the deliveries of earlier batches are closed and those from this
    // one on are open: the next start settles exactly those, because InDoubt and the end of its
    // entry are one write.
    const auto recorded = co_await recorder.record(std::move(batch));
    if (!recorded) co_return recorded.error();
    batch.clear();
  }
  if (!open->empty()) {
    runtime::log(runtime::Level::warn, "ingest", "acceptances without outcome are now in doubt",
                 {{"count", static_cast<std::uint64_t>(open->size())}});
  }
  co_return open->size();
}

}  // namespace waybill::ingest
