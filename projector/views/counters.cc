#include "projector/views/counters.h"

#include "schemas/kind.h"

namespace waybill::projector {
namespace {

using schemas::Event;
namespace pb = schemas::pb;

// A verdict that is not the next hop's is ours: nobody else answers the sender.
Count rejected_by(pb::VerdictBy by) {
  return by == pb::VERDICT_BY_NEXT_HOP ? Count::rejected_by_next_hop : Count::rejected_by_policy;
}

// nullopt: the event is not counted.
std::optional<Count> count_of(const Event& event) {
  // What became of handing on a report is not mail of the domain's users.
  if (!event.reported_delivery_id().empty() && !event.has_bounced()) return std::nullopt;
  switch (event.body_case()) {
    case Event::kAccepted: return Count::accepted;
    case Event::kForwarded: return Count::forwarded;
    case Event::kRejected: return rejected_by(event.rejected().by());
    case Event::kDeferred: return Count::deferred;
    case Event::kDropped: return Count::dropped;
    case Event::kInDoubt: return Count::in_doubt;
    case Event::kBounced:
      if (schemas::says_bounced(event.bounced().class_())) return Count::bounced;
      return std::nullopt;
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: return std::nullopt;
  }
  return std::nullopt;
}

std::uint64_t& at(Counts& counts, Count count) { return counts[static_cast<std::size_t>(count)]; }

}  // namespace

runtime::Result<void> Counters::fold(const Event& event, ArchivePlace, Rows& rows) {
  const std::optional<Count> count = count_of(event);
  if (!count) return {};
  key_.clear();
  append_counters_key(key_, event.domain(), hour_of(event.occurred_at()));
  const auto stored = rows.get(Table::counters, key_);
  if (!stored) return stored.error();
  Counts counts{};
  if (*stored) {
    const auto read = read_counters_row(**stored);
    if (!read) return read.error();
    counts = *read;
  }
  ++at(counts, *count);
  if (event.has_accepted()) at(counts, Count::octets) += event.accepted().size();
  row_.clear();
  append_counters_row(counts, row_);
  rows.put(Table::counters, key_, row_);
  return {};
}

}  // namespace waybill::projector
