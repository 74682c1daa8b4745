// History::events(): conditions of terms are followed from stretch to stretch of the archive, the
// newest first. In each stretch that has all of them their events are cut with each other; what is
// left is read from the archive and held against the whole question.

#include <algorithm>
#include <deque>

#include "projector/archive/archive.h"
#include "projector/history.h"
#include "projector/views/terms_key.h"
#include "runtime/ascii.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using schemas::EventIndex;

// Rows that are read at once of one term; more the further it goes.
constexpr std::size_t kFirstRun = 4;
constexpr std::size_t kLongestRun = 256;
// Events that a page reads at once.
constexpr std::size_t kEventsTogether = 25;

// How much one page may still read.
struct PageRoom {
  std::size_t rows = kMaxTermRows;
  std::size_t events = kMaxEventsRead;
};

// The rows of one term, from the newest stretch to the oldest.
class TermRows {
 public:
  TermRows(const ViewReader& store, std::string prefix, PageRoom& room)
      : store_(store), prefix_(std::move(prefix)), room_(room) {}

  struct Row {
    std::uint32_t stretch;
    std::string value;
  };
  // The newest at `stretch` or before it, which never rises; nullptr: there is none.
  Result<const Row*> at_or_before(std::uint32_t stretch) {
    for (;;) {
      while (!rows_.empty() && rows_.front().stretch > stretch) rows_.pop_front();
      if (!rows_.empty()) return &rows_.front();
      if (ended_) return static_cast<const Row*>(nullptr);
      if (const auto read = read_from(stretch); !read) return read.error();
    }
  }

 private:
  Result<void> read_from(std::uint32_t stretch) {
    std::string from = prefix_;
    append_stretch(from, stretch);
    std::size_t read = 0;
    bool is_row = true;
    const auto scanned = store_.scan(Table::terms, from, after_prefix(prefix_),
                                     [&](std::string_view key, auto value) {
                                       const auto found = read_term_key(key);
                                       is_row = found.has_value();
                                       if (!is_row) return false;
                                       rows_.push_back({found->stretch, std::string(value)});
                                       return ++read < run_;
                                     });
    if (!scanned) return scanned;
    if (!is_row) return make_error_code(Errc::corrupt);
    ended_ = read < run_;
    run_ = std::min(run_ * 2, kLongestRun);
    room_.rows -= std::min(room_.rows, read + 1);
    return {};
  }

  const ViewReader& store_;
  const std::string prefix_;
  PageRoom& room_;
  std::deque<Row> rows_;
  std::size_t run_ = kFirstRun;
  bool ended_ = false;
};

// Terms of which an event has one.
class AnyOf {
 public:
  // The newest stretch, not after that one, in which any of them stands; nullopt: there is none.
  Result<std::optional<std::uint32_t>> at_or_before(std::uint32_t stretch) {
    std::optional<std::uint32_t> out;
    for (TermRows& term : terms_) {
      const auto row = term.at_or_before(stretch);
      if (!row) return row.error();
      if (*row != nullptr && (!out || (*row)->stretch > *out)) out = (*row)->stretch;
    }
    return out;
  }

  Result<EventSet> events_of(std::uint32_t stretch) {
    EventSet out;
    for (TermRows& term : terms_) {
      const auto row = term.at_or_before(stretch);
      if (!row) return row.error();
      if (*row == nullptr || (*row)->stretch != stretch) continue;
      const auto events = EventSet::read((*row)->value);
      if (!events) return make_error_code(Errc::corrupt);
      out |= *events;
    }
    return out;
  }

  void add(TermRows rows) { terms_.push_back(std::move(rows)); }

 private:
  std::deque<TermRows> terms_;
};

EventCondition of_domains(const schemas::Sight& sight) {
  EventCondition out;
  for (const std::string& domain : sight.domains()) out.any_of.push_back({TermOf::domain, domain});
  return out;
}

class EventsReader {
 public:
  EventsReader(const ViewReader& store, const EventsQuestion& question, const schemas::Sight& sight)
      : store_(store),
        question_(question),
        sight_(sight),
        asked_(question.wanted),
        times_(store, std::string(kTimesPrefix), times_room_) {}

  Result<EventsPage> read(EventIndex end) {
    page_.begun = std::min(question_.before.value_or(end), end);
    if (const auto opened = open(); !opened) return opened.error();
    if (page_.begun == EventIndex(0)) return std::move(page_);
    std::uint32_t stretch = stretch_of(page_.begun - 1);
    for (;;) {
      const auto next = next_stretch(stretch);
      if (!next) return next.error();
      if (!*next || page_.next) break;
      stretch = **next;
      if (const auto taken = take(stretch); !taken) return taken.error();
      if (page_.next || stretch == 0) break;
      --stretch;
    }
    return std::move(page_);
  }

 private:
  // A limited sight is led by its own domains alone: how far a page comes would tell of others.
  // The conditions only cut what it reads of them.
  Result<void> open() {
    std::size_t terms = 0;
    for (const EventCondition& condition : question_.wanted.all_of) {
      if (leads(condition)) terms += condition.any_of.size();
    }
    if (terms > kMaxTermsAsked) return make_error_code(Errc::limit_exceeded);
    if (!sight_.is_all()) open(of_domains(sight_), room_, leading_);
    std::size_t cutting = 0;
    for (const EventCondition& condition : question_.wanted.all_of) {
      if (!leads(condition)) continue;
      if (sight_.is_all()) {
        open(condition, room_, leading_);
      } else if (cutting + condition.any_of.size() <= kMaxTermsCutting) {
        cutting += condition.any_of.size();
        open(condition, others_, cutting_);
      }
    }
    // By the question alone, never by what there is of others'.
    room_.rows /= 1 + cutting;
    return {};
  }

  void open(const EventCondition& condition, PageRoom& room, std::deque<AnyOf>& to) {
    AnyOf& any_of = to.emplace_back();
    for (const TermAsked& asked : condition.any_of) {
      any_of.add(TermRows(store_, term_prefix(asked.of, asked.text), room));
    }
  }

  // Where all conditions have events, and times may be those that are asked for. The page is
  // settled where it has read enough.
  Result<std::optional<std::uint32_t>> next_stretch(std::uint32_t stretch) {
    using Found = std::optional<std::uint32_t>;
    for (;;) {
      if (room_.rows == 0 || times_room_.rows == 0) {
        page_.next = std::min(page_.begun, beginning_of_stretch(stretch + 1));
        return Found();
      }
      const std::uint32_t before = stretch;
      for (AnyOf& any_of : leading_) {
        const auto found = any_of.at_or_before(stretch);
        if (!found) return found.error();
        if (!*found) return Found();
        stretch = **found;
      }
      const auto timely = timely_at_or_before(stretch);
      if (!timely || !*timely || page_.next) return timely;
      if (**timely == before) return Found(before);
      stretch = **timely;
    }
  }

  Result<std::optional<std::uint32_t>> timely_at_or_before(std::uint32_t stretch) {
    using Found = std::optional<std::uint32_t>;
    if (!question_.wanted.from && !question_.wanted.to) return Found(stretch);
    for (;;) {
      const auto row = times_.at_or_before(stretch);
      if (!row) return row.error();
      if (*row == nullptr) return Found();
      const auto times = read_times((*row)->value);
      if (!times) return make_error_code(Errc::corrupt);
      stretch = (*row)->stretch;
      if (question_.wanted.from &&
          schemas::wall_time(times->greatest_so_far) < *question_.wanted.from) {
        return Found();
      }
      const bool early =
          question_.wanted.from && schemas::wall_time(times->greatest) < *question_.wanted.from;
      const bool late =
          question_.wanted.to && schemas::wall_time(times->least) >= *question_.wanted.to;
      if (!early && !late) return Found(stretch);
      if (stretch == 0) return Found();
      --stretch;
      if (times_room_.rows > 0) continue;
      page_.next = std::min(page_.begun, beginning_of_stretch(stretch + 1));
      return Found();
    }
  }

  Result<void> take(std::uint32_t stretch) {
    EventSet events = EventSet::all();
    for (std::deque<AnyOf>* const conditions : {&leading_, &cutting_}) {
      for (AnyOf& any_of : *conditions) {
        const auto found = any_of.events_of(stretch);
        if (!found) return found.error();
        events &= *found;
      }
    }
    if (stretch == stretch_of(page_.begun)) events.keep_below(place_in_stretch(page_.begun));
    while (!page_.next) {
      std::vector<EventIndex> indexes;
      for (auto place = events.greatest(); place && indexes.size() < kEventsTogether;
           place = events.greatest()) {
        indexes.push_back(beginning_of_stretch(stretch) + *place);
        events.keep_below(*place);
      }
      if (indexes.empty()) return {};
      if (const auto read = look_up(indexes); !read) return read;
    }
    return {};
  }

  Result<void> look_up(const std::vector<EventIndex>& indexes) {
    const auto records = Archive(store_).at(indexes);
    if (!records) return records.error();
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      if (!(*records)[i].read(event_)) return make_error_code(Errc::corrupt);
      if (room_.events == 0) {
        page_.next = indexes[i] + 1;
        return {};
      }
      --room_.events;
      if (!sight_.sees(event_) || !asked_.are(event_)) continue;
      // There is more: that is told of what is asked for alone.
      if (page_.entries.size() >= question_.limit || octets_ >= kMaxPageOctets) {
        page_.next = page_.entries.back().index;
        return {};
      }
      auto line = line_of(event_, indexes[i], kept_);
      if (!line) return make_error_code(Errc::corrupt);
      page_.entries.push_back(std::move(*line));
      octets_ += (*records)[i].row().size();
    }
    return {};
  }

  const ViewReader& store_;
  const EventsQuestion& question_;
  const schemas::Sight& sight_;
  EventsAsked asked_;
  const KeptTexts kept_ = keep_texts();
  PageRoom room_;
  // Of rows that are of everybody's events: those that lead to them bound how many are read.
  PageRoom others_;
  PageRoom times_room_;
  TermRows times_;
  std::deque<AnyOf> leading_;  // from stretch to stretch
  std::deque<AnyOf> cutting_;
  schemas::Event event_;  // kept for its memory
  EventsPage page_;
  std::size_t octets_ = 0;
};

}  // namespace

Result<EventsPage> History::events(const EventsQuestion& question,
                                   const schemas::Sight& sight) const {
  const bool led = std::any_of(question.wanted.all_of.begin(), question.wanted.all_of.end(), leads);
  if (question.limit < 1 || question.limit > kMaxPage || !led) {
    return make_error_code(Errc::invalid);
  }
  const auto end = progress();
  if (!end) return end.error();
  return EventsReader(store_, question, sight).read(end->next_index);
}

Result<std::vector<std::string>> History::aliases(std::string_view domain,
                                                  std::string_view beginning, std::size_t limit,
                                                  const schemas::Sight& sight) const {
  std::vector<std::string> out;
  if (!sight.sees_domain(domain)) return out;
  std::string from(1, static_cast<char>(TermOf::alias));
  from.append(domain).append("@").append(runtime::ascii::lower(beginning));
  bool is_row = true;
  const auto scanned = store_.scan(Table::terms, from, after_prefix(from),
                                   [&](std::string_view key, std::string_view) {
                                     const auto found = read_term_key(key);
                                     is_row = found.has_value();
                                     if (!is_row || out.size() >= limit) return false;
                                     out.push_back(alias_of_text(found->text));
                                     return true;
                                   });
  if (!scanned) return scanned.error();
  if (!is_row) return make_error_code(Errc::corrupt);
  return out;
}

// From each domain's first row to the next domain.
Result<std::vector<std::string>> History::domains(const schemas::Sight& sight) const {
  std::vector<std::string> out(sight.domains().begin(), sight.domains().end());
  if (!sight.is_all()) return out;
  std::string from(1, static_cast<char>(TermOf::domain));
  const std::string end = after_prefix(from);
  for (;;) {
    std::optional<std::string> text;
    bool is_row = true;
    const auto scanned =
        store_.scan(Table::terms, from, end, [&](std::string_view key, std::string_view) {
          const auto found = read_term_key(key);
          is_row = found.has_value();
          if (found) text = std::string(found->text);
          return false;
        });
    if (!scanned) return scanned.error();
    if (!is_row) return make_error_code(Errc::corrupt);
    if (!text) return out;
    if (out.size() >= kMaxTermsAsked) return make_error_code(Errc::limit_exceeded);
    from = after_prefix(term_prefix(TermOf::domain, *text));
    out.push_back(std::move(*text));
  }
}

}  // namespace waybill::projector
