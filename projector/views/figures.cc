#include "projector/views/figures.h"

#include <algorithm>
#include <utility>

#include "projector/views/event_terms.h"
#include "schemas/ids.h"
#include "schemas/kind.h"

namespace waybill::projector {

using runtime::Result;
using schemas::Event;
namespace pb = schemas::pb;

// What one event counts for.
struct Figures::Counted {
  Figure figure = Figure::accepted;
  std::uint64_t octets = 0;
  std::string_view rule;
  std::uint64_t time_spent = 0;  // ns; 0: the event has none
};

namespace {

constexpr std::string_view kUnknownAlias = "unknown-alias";

Figure rejection_by(pb::VerdictBy by) {
  switch (by) {
    case pb::VERDICT_BY_NEXT_HOP: return Figure::rejected_by_next_hop;
    case pb::VERDICT_BY_RELAY: return Figure::rejected_by_relay;
    default: return Figure::rejected_by_policy;
  }
}

Figure deferral_by(pb::VerdictBy by) {
  switch (by) {
    case pb::VERDICT_BY_NEXT_HOP: return Figure::deferred_by_next_hop;
    case pb::VERDICT_BY_RELAY: return Figure::deferred_by_relay;
    default: return Figure::deferred_by_policy;
  }
}

std::optional<Figure> figure_of_report(pb::BounceClass report) {
  if (schemas::says_bounced(report)) return Figure::bounced;
  if (report == pb::BOUNCE_CLASS_DELIVERED) return Figure::delivered;
  return std::nullopt;
}

// nullopt: the event is not counted.
std::optional<Figure> figure_of(const Event& event) {
  if (!event.reported_delivery_id().empty() && !event.has_bounced()) {
    if (event.has_forwarded()) return Figure::sent_home;
    return std::nullopt;
  }
  switch (event.body_case()) {
    case Event::kAccepted: return Figure::accepted;
    case Event::kForwarded: return Figure::forwarded;
    case Event::kRejected: return rejection_by(event.rejected().by());
    case Event::kDeferred: return deferral_by(event.deferred().by());
    case Event::kDropped: return Figure::dropped;
    case Event::kInDoubt: return Figure::in_doubt;
    case Event::kBounced: return figure_of_report(event.bounced().class_());
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: return std::nullopt;
  }
  return std::nullopt;
}

bool is_refused_by_us(Figure figure) {
  return figure == Figure::rejected_by_policy || figure == Figure::deferred_by_policy;
}

// Empty: it has none.
std::string_view rule_of(const Event& event) {
  if (event.has_rejected()) return event.rejected().rule();
  if (event.has_deferred()) return event.deferred().rule();
  if (event.has_dropped()) return event.dropped().rule();
  return {};
}

// The next hop that was asked. That of a report is the originator's.
const pb::NextHop* next_hop_of(const Event& event) {
  if (event.has_forwarded()) return &event.forwarded().next_hop();
  if (event.has_rejected()) return &event.rejected().next_hop();
  if (event.has_deferred()) return &event.deferred().next_hop();
  if (event.has_in_doubt()) return &event.in_doubt().next_hop();
  return nullptr;
}

std::string_view host_of(const Event& event) {
  const pb::NextHop* const hop = next_hop_of(event);
  if (hop == nullptr) return {};
  return hop->mx_host().empty() ? hop->ip() : hop->mx_host();
}

bool opens_or_ends_window(const Event& event) {
  if (event.has_forwarded()) return event.forwarded().bounce_until() != 0;
  return event.has_bounced() && !event.bounced().late();
}

std::uint64_t most_names(FigureOf what, Figure figure) {
  switch (what) {
    case FigureOf::domain:
    case FigureOf::rule:      // ours, and few
    case FigureOf::window:    // hours
    case FigureOf::reported:  // as many as reports that were taken
      return UINT64_MAX;
    case FigureOf::alias:
    case FigureOf::next_hop:
    case FigureOf::sender: break;
  }
  const std::uint64_t most = what == FigureOf::alias ? kMostAliases : kMostNames;
  return is_refused_by_us(figure) ? most / kRefusedPart : most;
}

constexpr FigureOf kAll[] = {FigureOf::alias,    FigureOf::reported, FigureOf::domain,
                             FigureOf::next_hop, FigureOf::rule,     FigureOf::sender,
                             FigureOf::window};

std::size_t place_of(FigureOf what) {
  return static_cast<std::size_t>(std::find(std::begin(kAll), std::end(kAll), what) - kAll);
}

}  // namespace

struct Figures::Row {
  std::string name;
  FigureCounts counts;
  bool changed = false;
};

// The rows of one kind in a domain and hour.
class Figures::Names {
 public:
  bool read = false;  // from the store

  Row* find(std::string_view name) {
    if (name.empty()) return unnamed_;
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
  }
  Row& add(std::string_view name) {
    Row& added = rows_.emplace_back();
    added.name = name;
    if (name.empty()) {
      unnamed_ = &added;
    } else {
      by_name_.emplace(added.name, &added);
    }
    return added;
  }

 private:
  std::deque<Row> rows_;  // which stay where they are
  Row* unnamed_ = nullptr;
  boost::unordered_flat_map<std::string_view, Row*, std::hash<std::string_view>> by_name_;
};

struct Figures::Hour {
  std::string domain;
  std::uint32_t hour = 0;
  std::array<Names, std::size(kAll)> names;
};

Figures::Figures(std::size_t most_held) : most_held_(most_held) {}
Figures::~Figures() = default;

Result<void> Figures::learn_newest(Rows& rows) {
  Result<void> read;
  const auto scanned = rows.scan(Table::figures, kNewestKey, after_prefix(kNewestKey),
                                 [&](std::string_view, std::string_view value) {
                                   if (value.size() == 4) {
                                     newest_ = read_be32(value);
                                     whole_from_ = std::uint64_t{newest_} + 1;
                                   } else {
                                     read = make_error_code(runtime::Errc::corrupt);
                                   }
                                   return false;
                                 });
  newest_known_ = scanned && read;
  return scanned ? read : scanned;
}

Result<Figures::Hour*> Figures::hour_of_domain(std::string_view domain, std::uint32_t hour,
                                               Rows& rows) {
  if (last_ != nullptr && last_->hour == hour && last_->domain == domain) return last_;
  if (!newest_known_) {
    if (const auto learnt = learn_newest(rows); !learnt) return learnt.error();
  }
  if (hour > newest_) {
    newest_ = hour;
    newest_changed_ = true;
  }
  key_.assign(domain);
  append_be32(key_, hour);
  std::unique_ptr<Hour>& place = hours_[key_];
  if (!place) {
    place = std::make_unique<Hour>();
    place->domain = domain;
    place->hour = hour;
  }
  last_ = place.get();
  return last_;
}

Result<Figures::Names*> Figures::names_of(Hour& hour, FigureOf what, Rows& rows) {
  Names& names = hour.names[place_of(what)];
  if (names.read || hour.hour >= whole_from_) return &names;
  const std::string prefix = figures_key(what, hour.domain, hour.hour);
  Result<void> read;
  const auto scanned = rows.scan(Table::figures, prefix, after_prefix(prefix),
                                 [&](std::string_view key, std::string_view value) {
                                   Row& row = names.add(key.substr(prefix.size()));
                                   read = read_figures_row(value, row.counts);
                                   ++held_;
                                   return read.has_value();
                                 });
  if (!scanned) return scanned.error();
  if (!read) return read.error();
  names.read = true;
  return &names;
}

void Figures::change(Hour& hour, FigureOf what, Row& row) {
  if (std::exchange(row.changed, true)) return;
  changed_.push_back({&hour, what, &row});
}

// The row that counts the name: its own, a new one, or the rest's.
Result<Figures::Row*> Figures::row_of(Hour& hour, FigureOf what, std::string_view name,
                                      Figure figure, Rows& rows) {
  const auto names = names_of(hour, what, rows);
  if (!names) return names.error();
  if (Row* const found = (*names)->find(name)) return found;
  const auto add = [&](std::string_view new_name) {
    ++held_;
    return &(*names)->add(new_name);
  };
  const std::uint64_t most = most_names(what, figure);
  if (name.empty() || most == UINT64_MAX) return add(name);
  Row* rest = (*names)->find({});
  if (rest == nullptr) rest = add({});
  if (rest->counts.names >= most) return rest;
  ++rest->counts.names;
  change(hour, what, *rest);
  return add(name);
}

Result<void> Figures::count(Hour& hour, FigureOf what, std::string_view name,
                            const Counted& counted, Rows& rows) {
  const auto row = row_of(hour, what, name, counted.figure, rows);
  if (!row) return row.error();
  FigureCounts& counts = (*row)->counts;
  ++counts.at(counted.figure);
  if (counted.figure == Figure::accepted) counts.at(Figure::octets) += counted.octets;
  const bool timed = what == FigureOf::next_hop && counted.time_spent != 0;
  if (timed) counts.answer_times.add(answer_place(counted.time_spent), 1);
  change(hour, what, **row);
  return {};
}

// A host, and why it refused.
Result<void> Figures::count_hop(Hour& hour, std::string_view host, const Counted& counted,
                                Rows& rows) {
  if (const auto done = count(hour, FigureOf::next_hop, host, counted, rows); !done) return done;
  if (counted.rule.empty()) return {};
  const auto names = names_of(hour, FigureOf::next_hop, rows);
  if (!names) return names.error();
  // Rules are ours, and few: a host without a row of its own has none of these.
  if ((*names)->find(host) == nullptr) return {};
  name_.assign(host).append(1, kBehindHost).append(counted.rule);
  Row* row = (*names)->find(name_);
  if (row == nullptr) {
    ++held_;
    row = &(*names)->add(name_);
  }
  ++row->counts.at(counted.figure);
  change(hour, FigureOf::next_hop, *row);
  return {};
}

// Windows are counted by the hour in which the delivery began, which its id says: the hand-over and
// each report on it say it alike.
Result<void> Figures::count_window(const Event& event, Figure figure, Rows& rows) {
  const auto id = schemas::DeliveryId::from_bytes(event.delivery_id());
  if (!id) return {};
  const std::uint32_t began = hour_of(schemas::nanoseconds(schemas::time_of(*id)));
  const auto hour = hour_of_domain(event.domain(), began, rows);
  if (!hour) return hour.error();
  name_.clear();
  if (event.has_forwarded()) {
    append_be32(name_, hour_of(event.forwarded().bounce_until()));
  } else {
    // One report may speak of several recipients, and several reports of one delivery.
    const auto names = names_of(**hour, FigureOf::reported, rows);
    if (!names) return names.error();
    if ((*names)->find(event.delivery_id()) != nullptr) return {};
    ++held_;
    change(**hour, FigureOf::reported, (*names)->add(event.delivery_id()));
  }
  const auto row = row_of(**hour, FigureOf::window, name_, figure, rows);
  if (!row) return row.error();
  ++(*row)->counts.at(figure);
  change(**hour, FigureOf::window, **row);
  return {};
}

Result<void> Figures::count_addresses(const Event& event, Hour& hour, const Counted& counted,
                                      Rows& rows) {
  if (!event.alias().empty() && !hour.domain.empty()) {
    // Who probes for what nobody has makes up as many names as he likes.
    const bool is_probe = counted.rule == kUnknownAlias;
    const auto name =
        is_probe ? std::string_view() : name_of_alias(event.alias(), hour.domain, name_);
    const auto done = count(hour, FigureOf::alias, name, counted, rows);
    if (!done) return done;
  }
  // That a sender's mail was accepted says it; what each next hop said is the next hop's figure.
  if (counted.figure == Figure::forwarded) return {};
  // A report's own envelope need not say who sent the message.
  if (!event.has_sender() || counted.figure == Figure::sent_home) return {};
  if (event.has_bounced() && event.sender().empty()) return {};
  const std::string_view sender = event.sender().empty() ? kNullSender : event.sender();
  return count(hour, FigureOf::sender, sender, counted, rows);
}

Result<void> Figures::fold(const Event& event, ArchivePlace, Rows& rows) {
  const auto figure = figure_of(event);
  if (!figure) return {};
  const auto hour = hour_of_domain(event.domain(), hour_of(event.occurred_at()), rows);
  if (!hour) return hour.error();
  Counted counted;
  counted.figure = *figure;
  counted.rule = rule_of(event);
  if (event.has_accepted()) counted.octets = event.accepted().size();
  if (event.has_forwarded()) counted.time_spent = event.forwarded().time_spent();
  if (const auto done = count(**hour, FigureOf::domain, {}, counted, rows); !done) return done;
  if (const auto done = count_addresses(event, **hour, counted, rows); !done) return done;
  if (*figure == Figure::sent_home) return {};
  if (!counted.rule.empty()) {
    const auto done = count(**hour, FigureOf::rule, counted.rule, counted, rows);
    if (!done) return done;
  }
  const std::string_view host = host_of(event);
  if (!host.empty()) {
    if (const auto done = count_hop(**hour, host, counted, rows); !done) return done;
  }
  return opens_or_ends_window(event) ? count_window(event, *figure, rows) : Result<void>();
}

void Figures::settle(Rows& rows) {
  for (const Changed& changed : changed_) {
    key_.clear();
    append_figures_key(key_, changed.what, changed.hour->domain, changed.hour->hour,
                       changed.row->name);
    octets_.clear();
    append_figures_row(changed.row->counts, octets_);
    rows.put(Table::figures, key_, octets_);
    changed.row->changed = false;
  }
  changed_.clear();
  if (!std::exchange(newest_changed_, false)) return;
  octets_.clear();
  append_be32(octets_, newest_);
  rows.put(Table::figures, kNewestKey, octets_);
}

void Figures::applied() {
  if (held_ <= most_held_) return;
  hours_.clear();
  last_ = nullptr;
  held_ = 0;
  whole_from_ = std::uint64_t{newest_} + 1;
}

void Figures::forget() {
  hours_.clear();
  last_ = nullptr;
  held_ = 0;
  changed_.clear();
  newest_ = 0;
  whole_from_ = 0;
  newest_known_ = newest_changed_ = false;
}

}  // namespace waybill::projector
