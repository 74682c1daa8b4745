#include "projector/history.h"

#include <algorithm>
#include <deque>

#include "projector/archive/archive.h"
#include "projector/views/counters_key.h"
#include "projector/views/delivery_row.h"
#include "projector/views/messages_key.h"
#include "projector/views/return_path_row.h"
#include "projector/views/return_paths_key.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using schemas::Event;
using schemas::EventIndex;

std::string_view octets_of(const std::array<std::uint8_t, 16>& id) {
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

Result<std::vector<Event>> read_events(const ViewReader& store,
                                       const std::vector<EventIndex>& indexes) {
  const auto records = Archive(store).at(indexes);
  if (!records) return records.error();
  std::vector<Event> events(records->size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!(*records)[i].read(events[i])) return make_error_code(Errc::corrupt);
  }
  return events;
}

Result<std::vector<EventIndex>> delivery_indexes(const ViewReader& store,
                                                 const schemas::DeliveryId& id) {
  const auto row = store.get(Table::deliveries, octets_of(id.octets()));
  if (!row) return row.error();
  return read_indexes(*row);
}

// Of a delivery that this acceptance has opened. Errc::not_found: its time is over.
Result<schemas::ReturnPath> opened_path(const ViewReader& store, const schemas::DeliveryId& id,
                                        EventIndex index, const Event& accepted,
                                        std::string_view target) {
  const auto horizon = store.get(Table::return_paths, kHorizonKey);
  if (!horizon && horizon.error() != Errc::not_found) return horizon.error();
  if (horizon) {
    const auto time = read_log_time(*horizon);
    if (!time) return time.error();
    if (is_gone(*time, id, index)) return make_error_code(Errc::not_found);
  }
  schemas::ReturnPath path;
  schemas::open_return_path(accepted, target, path);
  const auto row = store.get(Table::return_paths, return_path_key(octets_of(id.octets())));
  if (!row) return row.error() == Errc::not_found ? Result<schemas::ReturnPath>(path) : row.error();
  auto reports = read_reports_row(*row);
  if (!reports) return reports.error();
  path.reports = std::move(*reports);
  return path;
}

// What an answer may still hold.
struct Room {
  std::size_t events = kMaxEvents;
  std::size_t octets = kMaxEventOctets;
  std::size_t reads = kMaxRowsRead;  // events of other messages among them
};

// Adds those that the rows of a message's own deliveries list, from `from` on. Events of reports on
// these deliveries, which are other messages, are among them.
Result<void> add_of_deliveries(const ViewReader& store, std::string_view message_id,
                               EventIndex from, std::vector<EventIndex>& indexes) {
  const std::string_view shared = message_id.substr(0, schemas::kSharedByDeliveries);
  Result<void> read;
  const auto scanned =
      store.scan(Table::deliveries, shared, after_prefix(shared), [&](auto, std::string_view row) {
        const auto of_row = read_indexes(row);
        if (!of_row) {
          read = of_row.error();
          return false;
        }
        const auto first = std::lower_bound(of_row->begin(), of_row->end(), from);
        indexes.insert(indexes.end(), first, of_row->end());
        return true;
      });
  return scanned ? read : scanned;
}

// Where a message's events are, from `from` on: `most` of them at least, if there are so many.
// Those of other messages may be among them.
Result<std::vector<EventIndex>> message_indexes(const ViewReader& store,
                                                std::string_view message_id, EventIndex from,
                                                std::size_t most) {
  const std::string prefix = message_prefix(message_id);
  std::vector<EventIndex> indexes;
  const auto scanned =
      store.scan(Table::messages, message_key(message_id, from), after_prefix(prefix),
                 [&](std::string_view key, std::string_view) {
                   indexes.emplace_back(read_be64(key.substr(prefix.size())));
                   return indexes.size() < most;
                 });
  if (!scanned) return scanned.error();
  if (const auto added = add_of_deliveries(store, message_id, from, indexes); !added) {
    return added.error();
  }
  std::sort(indexes.begin(), indexes.end());
  indexes.erase(std::unique(indexes.begin(), indexes.end()), indexes.end());
  return indexes;
}

Result<MessageEvents> read_message(const ViewReader& store, std::string_view message_id,
                                   EventIndex from, const schemas::Sight& sight, Room& room) {
  const auto indexes = message_indexes(store, message_id, from, room.events + 1);
  if (!indexes) return indexes.error();
  MessageEvents out;
  out.message_id = schemas::uuid_text(message_id);
  const Archive archive(store);
  for (const EventIndex index : *indexes) {
    const bool full = room.events == 0 || room.octets == 0;
    if (room.reads == 0 || (full && sight.is_all())) {
      out.next = index;
      break;
    }
    --room.reads;
    const auto record = archive.at(index);
    if (!record) return record.error();
    if (full) {
      // Whether there is more is told of what is in sight.
      Event event;
      if (!record->read(event)) return make_error_code(Errc::corrupt);
      if (event.message_id() != message_id || !sight.sees(event)) continue;
      out.next = index;
      break;
    }
    if (!record->read(out.events.emplace_back())) return make_error_code(Errc::corrupt);
    if (out.events.back().message_id() != message_id || !sight.sees(out.events.back())) {
      out.events.pop_back();
      continue;
    }
    out.indexes.push_back(index);
    --room.events;
    room.octets -= std::min(room.octets, record->row().size());
  }
  if (out.events.empty() && !out.next && from == EventIndex(0)) {
    return make_error_code(Errc::not_found);
  }
  return out;
}

// The key has a hash of the Message-ID alone. Where no acceptance is among these events of the
// message it was looked at on an earlier page.
bool bore(const MessageEvents& message, std::string_view rfc5322_message_id) {
  bool another = false;
  for (const Event& event : message.events) {
    if (!event.has_accepted()) continue;
    if (bare_message_id(event.accepted().rfc5322_message_id()) == rfc5322_message_id) return true;
    another = true;
  }
  return !another;
}

// The first whole hour not before `time`, and never past what a key can say.
std::uint32_t hour_at_or_after(runtime::WallTime time) {
  const std::int64_t since = time.time_since_epoch().count();
  if (since <= 0) return 0;
  const auto elapsed = static_cast<std::uint64_t>(since);
  const std::uint32_t hour = hour_of(elapsed);
  return elapsed % static_cast<std::uint64_t>(kHour.count()) == 0 ? hour : hour + 1;
}

}  // namespace

Result<Progress> History::progress() const {
  const auto layout = read_layout(store_);
  if (layout && layout->layout != kViewLayout) return make_error_code(Errc::temporary);
  if (!layout && layout.error() != Errc::not_found) return layout.error();
  return read_progress(store_);
}

Result<History::Stands> History::standing() const {
  // Before the rows: what is written meanwhile makes another version.
  const std::uint64_t version = store_.version();
  {
    const runtime::MutexLock lock(mutex_);
    if (stands_ != nullptr && stands_at_ == version) return stands_;
  }
  auto read = read_standing();
  if (!read) return read.error();
  auto stands = std::make_shared<const Standing>(std::move(*read));
  const runtime::MutexLock lock(mutex_);
  stands_ = stands;
  stands_at_ = version;
  return stands;
}

Result<History::Standing> History::read_standing() const {
  // Their keys are side by side, those of a few journals between them.
  static_assert(kHolePrefix < kLayoutKey);
  static const std::string end = std::string(kLayoutKey) + '\0';
  Standing out;
  Result<Layout> layout = Layout{kViewLayout, 0};
  bool whole = true;
  const auto scanned =
      store_.scan(Table::meta, kHolePrefix, end, [&](std::string_view key, std::string_view value) {
        if (key.starts_with(kHolePrefix)) whole = read_hole(key, value, out.holes) && whole;
        if (key == kLayoutKey) layout = layout_of(value);
        return true;
      });
  if (!scanned) return scanned.error();
  if (!layout) return layout.error();
  if (layout->layout != kViewLayout) return make_error_code(Errc::temporary);
  if (!whole) return make_error_code(Errc::corrupt);
  auto progress = read_progress(store_);
  if (!progress) return progress.error();
  out.progress = std::move(*progress);
  return out;
}

Result<Delivery> History::delivery(const schemas::DeliveryId& id,
                                   const schemas::Sight& sight) const {
  const auto indexes = delivery_indexes(store_, id);
  if (!indexes) return indexes.error();
  auto events = read_events(store_, *indexes);
  if (!events) return events.error();
  auto facts = facts_of(octets_of(id.octets()), *events);
  if (!facts) return make_error_code(Errc::corrupt);
  // A report on it came on its return path, whose domain is the alias's.
  if (!sight.is_all() && !sight.sees_domain(facts->domain) && !sight.sees_alias(facts->alias)) {
    return make_error_code(Errc::not_found);
  }

  Delivery delivery;
  delivery.delivery_id = id.text();
  if (!facts->message_id.empty()) delivery.message_id = schemas::uuid_text(facts->message_id);
  delivery.state = name_of(facts->state);
  delivery.alias = std::move(facts->alias);
  delivery.domain = std::move(facts->domain);
  delivery.sender = std::move(facts->sender);
  delivery.target = std::move(facts->target);
  delivery.accepted_at = schemas::wall_time(facts->accepted_at);
  delivery.changed_at = schemas::wall_time(facts->changed_at);
  delivery.events = std::move(*events);
  return delivery;
}

Result<schemas::ReturnPath> History::return_path(const schemas::DeliveryId& id) const {
  const std::string_view octets = octets_of(id.octets());
  const auto indexes = delivery_indexes(store_, id);
  if (!indexes) return indexes.error();
  // The last try: the ones before it were put off. Behind its hand-over there are reports alone.
  Event accepted;
  std::optional<EventIndex> at;
  bool handed_over = false;
  for (auto next = indexes->begin(); next != indexes->end() && !handed_over;) {
    // An acceptance and its outcome, as a rule.
    constexpr std::ptrdiff_t kTogether = 2;
    const auto end = next + std::min(kTogether, indexes->end() - next);
    auto events = read_events(store_, {next, end});
    if (!events) return events.error();
    for (auto event = events->begin(); event != events->end() && !handed_over; ++event, ++next) {
      if (!event->reported_delivery_id().empty()) continue;
      handed_over = at && event->has_forwarded();
      const bool opens = event->has_accepted() && event->message_id().size() == kIdOctets &&
                         target_of_delivery(*event, octets);
      if (!opens) continue;
      accepted = std::move(*event);
      at = *next;
    }
  }
  if (!at) return make_error_code(Errc::not_found);
  return opened_path(store_, id, *at, accepted, *target_of_delivery(accepted, octets));
}

Result<std::vector<Event>> History::tries(runtime::WallTime from, std::size_t most) const {
  std::deque<EventIndex> indexes;
  const auto scanned =
      store_.scan(Table::return_paths, try_key_at(hour_of(schemas::nanoseconds(from))),
                  after_prefix(kTryTag), [&](std::string_view key, std::string_view) {
                    indexes.push_back(index_of_try_key(key));
                    if (indexes.size() > most) indexes.pop_front();
                    return true;
                  });
  if (!scanned) return scanned.error();
  return read_events(store_, {indexes.begin(), indexes.end()});
}

namespace {

// The first `most` tries by their index. Relays' clocks differ, and the log has its own order: what
// comes in one hour by its key may come an hour later in the log.
class FirstTries {
 public:
  FirstTries(EventIndex from, std::size_t most) : from_(from), most_(most) {}

  // By their keys. False: none that follows can be among them.
  bool add(std::uint64_t hour, EventIndex index) {
    if (enough_at_ && hour > *enough_at_ + 1) return false;
    if (index < from_) return true;
    found_.emplace(index, hour);
    if (found_.size() <= most_) return true;
    left_out_ = true;
    if (!enough_at_) enough_at_ = hour;
    found_.erase(std::prev(found_.end()));
    return true;
  }

  const std::map<EventIndex, std::uint64_t>& found() const { return found_; }
  bool left_out() const { return left_out_; }

 private:
  const EventIndex from_;
  const std::size_t most_;
  std::map<EventIndex, std::uint64_t> found_;
  std::optional<std::uint64_t> enough_at_;
  bool left_out_ = false;
};

}  // namespace

Result<TriesPage> History::tries_behind(TriesPlace place, runtime::WallTime now,
                                        std::size_t most) const {
  const std::uint64_t first = place.hour > 0 ? place.hour - 1 : 0;
  const std::uint64_t last = hour_of(schemas::nanoseconds(now));
  FirstTries tries(place.index, most);
  const auto scanned = store_.scan(Table::return_paths, try_key_at(first), after_prefix(kTryTag),
                                   [&](std::string_view key, std::string_view) {
                                     return tries.add(hour_of_try_key(key), index_of_try_key(key));
                                   });
  if (!scanned) return scanned.error();
  TriesPage page;
  page.next = place;
  page.more = tries.left_out();
  std::vector<EventIndex> indexes;
  for (const auto& [index, hour] : tries.found()) {
    indexes.push_back(index);
    page.next.index = index + 1;
    page.next.hour = std::max(page.next.hour, std::min(hour, last));
  }
  auto events = read_events(store_, indexes);
  if (!events) return events.error();
  page.events = std::move(*events);
  return page;
}

Result<MessageEvents> History::message(const schemas::MessageId& id, const schemas::Sight& sight,
                                       EventIndex from) const {
  Room room;
  return read_message(store_, octets_of(id.octets()), from, sight, room);
}

Result<MessagesPage> History::by_rfc5322_message_id(
    std::string_view message_id, std::size_t limit, const schemas::Sight& sight,
    const std::optional<MessagesStart>& from) const {
  const std::string_view bare = bare_message_id(message_id);
  const std::string prefix = rfc5322_prefix(bare);
  const std::string first = from ? rfc5322_key(bare, octets_of(from->message.octets())) : prefix;
  // One more says that there is more, and the first may be at its end. Of messages that are out of
  // sight many may lie between.
  const std::size_t most = sight.is_all() ? limit + 2 : kMaxEventsRead;
  std::vector<std::string> ids;
  const auto scanned = store_.scan(Table::messages, first, after_prefix(prefix),
                                   [&](std::string_view key, std::string_view) {
                                     ids.push_back(message_id_of_rfc5322_key(key));
                                     return ids.size() < most;
                                   });
  if (!scanned) return scanned.error();

  MessagesPage page;
  Room room;
  for (const std::string& octets : ids) {
    const auto id = schemas::MessageId::from_bytes(octets);
    if (!id) return make_error_code(Errc::corrupt);
    const EventIndex begin = from && from->message == *id ? from->index : EventIndex(0);
    const bool full = page.messages.size() == limit;
    if (full && sight.is_all()) {
      page.next = MessagesStart{*id, begin};
      break;
    }
    auto message = read_message(store_, octets, begin, sight, room);
    const bool unseen = !message && message.error() == Errc::not_found;
    if (unseen) message = MessageEvents();
    if (!message) return message.error();
    const auto next = message->next;
    const bool is_one = !message->events.empty() && bore(*message, bare);
    if (is_one && full) {
      page.next = MessagesStart{*id, begin};
      break;
    }
    if (is_one) page.messages.push_back(std::move(*message));
    if (next) page.next = MessagesStart{*id, *next};
    if (page.next) return page;
    // There may be more behind the last that was read.
    const bool last = &octets == &ids.back() && ids.size() == most;
    if (last) page.next = MessagesStart{*id, EventIndex::last()};
  }
  return page;
}

Result<std::vector<HourCounters>> History::counters(std::string_view domain, runtime::WallTime from,
                                                    runtime::WallTime to,
                                                    const schemas::Sight& sight) const {
  const std::string first = counters_key(domain, hour_at_or_after(from));
  const std::string end = counters_key(domain, hour_at_or_after(to));
  std::vector<HourCounters> hours;
  if (first >= end || !sight.sees_domain(domain)) return hours;
  bool whole = true;
  const auto scanned =
      store_.scan(Table::counters, first, end, [&](std::string_view key, std::string_view value) {
        const auto counts = read_counters_row(value);
        whole = counts.has_value() && key.size() == first.size();
        if (whole) hours.push_back({runtime::WallTime(counters_hour(key) * kHour), *counts});
        return whole;
      });
  if (!scanned) return scanned.error();
  if (!whole) return make_error_code(Errc::corrupt);
  return hours;
}

}  // namespace waybill::projector
