#include "app/roles/greylist_memory.h"

#include <algorithm>

#include "relay/policy/rules.h"
#include "schemas/address.h"
#include "schemas/event.h"

namespace waybill::app {

using relay::door::Greylist;
using runtime::Explained;
using schemas::Event;
using schemas::SequenceNumber;

namespace {

constexpr std::size_t kRecordsAtOnce = 5'000;
constexpr std::size_t kOctetsAtOnce = 4 << 20;

void hear(const Event& event, Greylist& greylist) {
  const bool put_off =
      event.has_deferred() && event.deferred().rule() == word_of(relay::policy::Rule::greylist);
  // A report comes on a return path, of which nothing is asked.
  const bool taken = event.has_accepted() && event.reported_delivery_id().empty();
  if (!put_off && !taken) return;
  const auto client = runtime::ip_of(event.client_ip());
  if (!client) return;
  const auto sender = schemas::Address::parse(event.sender());
  const std::string key =
      relay::door::greylist_key(*client, sender ? sender->domain() : std::string());
  const runtime::WallTime at = schemas::wall_time(event.occurred_at());
  if (put_off) {
    greylist.put_off(key, at);
  } else {
    greylist.taken(key, at);
  }
}

}  // namespace

Explained<void> learn_greylist(const ingest::JournalStore& store, Greylist& greylist) {
  const SequenceNumber end = store.end_seq();
  SequenceNumber next = store.first_seq();
  if (end - next > kMostGreylistEvents) next = end - kMostGreylistEvents;
  Event event;
  while (next < end) {
    const auto records = store.read(next, kRecordsAtOnce, kOctetsAtOnce);
    if (!records) return store.unreadable(records.error());
    for (const ingest::JournalRecord& record : *records) {
      if (event.ParseFromString(record.value)) hear(event, greylist);
      next = record.seq + 1;
    }
  }
  return {};
}

}  // namespace waybill::app
