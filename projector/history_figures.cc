// History::figures(): scans of the view `figures`, summed up.

#include <algorithm>

#include "projector/history.h"
#include "projector/views/figures_key.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using runtime::WallTime;

FigureOf kind_of(FiguresBy by) {
  switch (by) {
    case FiguresBy::domain: return FigureOf::domain;
    case FiguresBy::alias: return FigureOf::alias;
    case FiguresBy::next_hop: return FigureOf::next_hop;
    case FiguresBy::rule: return FigureOf::rule;
    case FiguresBy::sender: return FigureOf::sender;
  }
  return FigureOf::domain;
}

// The first hour that begins at `time` or later.
std::uint32_t first_hour(WallTime time) {
  if (time <= WallTime{}) return 0;
  return static_cast<std::uint32_t>(
      std::chrono::ceil<std::chrono::hours>(time.time_since_epoch()).count());
}

WallTime time_of_hour(std::uint32_t hour) { return WallTime(hour * kHour); }

class Summing {
 public:
  Summing(const ViewReader& store, const FiguresQuestion& question)
      : store_(store),
        question_(question),
        what_(kind_of(question.by)),
        from_(first_hour(question.from)),
        to_(first_hour(question.to)) {}

  // Errc::limit_exceeded: too many rows.
  Result<void> add_domain(const std::string& domain) {
    if (const auto done = scan(what_, domain, &Summing::add); !done) return done;
    if (question_.by != FiguresBy::domain) return {};
    if (const auto done = scan(FigureOf::window, domain, &Summing::add_window); !done) return done;
    if (window_.opened.empty() && window_.bounced + window_.delivered == 0) return {};
    out_.lines[domain].windows.add(windows_of_hour());
    window_ = {};
    return {};
  }

  // The first domain behind `domain` that has rows; "" and more: itself may be it where nothing was
  // looked at yet.
  Result<std::optional<std::string>> next_domain(const std::optional<std::string>& domain) {
    std::string from(1, static_cast<char>(what_));
    if (domain) from += *domain + '\1';
    std::optional<std::string> found;
    const auto scanned = store_.scan(Table::figures, from, after_prefix({from.data(), 1}),
                                     [&](std::string_view key, auto) {
                                       const auto read = read_figures_key(key);
                                       if (read) found = std::string(read->domain);
                                       return false;
                                     });
    if (!scanned) return scanned.error();
    rows_ += kRowsOfASeek;
    if (rows_ > kMaxFigureRows) return make_error_code(Errc::limit_exceeded);
    return found;
  }

  FiguresSum take() { return std::move(out_); }

 private:
  using Add = Result<void> (Summing::*)(const FiguresKey&);

  Result<void> scan(FigureOf what, const std::string& domain, Add take_row) {
    rows_ += kRowsOfASeek;
    Result<void> done;
    const auto scanned = store_.scan(Table::figures, figures_key(what, domain, from_),
                                     figures_key(what, domain, to_),
                                     [&](std::string_view key, std::string_view value) {
                                       const auto read = read_figures_key(key);
                                       if (++rows_ > kMaxFigureRows) {
                                         done = make_error_code(Errc::limit_exceeded);
                                       } else if (!read || read->domain != domain) {
                                         done = make_error_code(Errc::corrupt);
                                       } else if (done = read_figures_row(value, row_); done) {
                                         done = (this->*take_row)(*read);
                                       }
                                       return done.has_value();
                                     });
    return scanned ? done : scanned;
  }

  WallTime step_of(std::uint32_t hour) const {
    const WallTime begins = time_of_hour(hour);
    if (question_.step == FiguresStep::hour) return begins;
    return std::chrono::floor<std::chrono::days>(begins + question_.utc_offset) -
           question_.utc_offset;
  }

  Result<void> add(const FiguresKey& key) {
    row_.names = 0;
    if (row_.empty()) return {};
    if (what_ == FigureOf::next_hop) {
      if (const auto refusal = read_hop_rule(key.name)) {
        std::uint64_t& sum =
            out_.lines[std::string(refusal->host)].rules[std::string(refusal->rule)];
        for (const std::uint64_t count : row_.counts) sum += count;
        return {};
      }
    }
    FiguresLine& line = line_of(key);
    line.total.add(row_);
    if (question_.step != FiguresStep::all) line.steps[step_of(key.hour)].add(row_);
    return {};
  }

  FiguresLine& line_of(const FiguresKey& key) {
    if (what_ == FigureOf::domain) return out_.lines[std::string(key.domain)];
    if (key.name.empty()) return out_.rest;
    if (what_ == FigureOf::alias) return out_.lines[alias_of_name(key.name, key.domain)];
    return out_.lines[std::string(key.name)];
  }

  Result<void> add_window(const FiguresKey& key) {
    if (key.hour != window_.hour && !(window_.opened.empty() && window_.reported() == 0)) {
      out_.lines[std::string(key.domain)].windows.add(windows_of_hour());
      window_ = {};
    }
    window_.hour = key.hour;
    if (key.name.empty()) {
      window_.bounced += row_.at(Figure::bounced);
      window_.delivered += row_.at(Figure::delivered);
      return {};
    }
    if (key.name.size() != 4) return make_error_code(Errc::corrupt);
    window_.opened.emplace_back(read_be32(key.name), row_.at(Figure::forwarded));
    return {};
  }

  // Of one hour's deliveries nearly all windows end in one hour. Where they do not, those that a
  // report has ended are taken for the ones whose windows end first.
  Windows windows_of_hour() const {
    Windows out;
    out.bounced = window_.bounced;
    out.delivered = window_.delivered;
    std::uint64_t ended = window_.reported();
    for (const auto& [end, count] : window_.opened) {
      out.opened += count;
      const std::uint64_t reported = std::min(ended, count);
      ended -= reported;
      const bool over = time_of_hour(end) + kHour <= question_.known_until;
      (over ? out.settled : out.waiting) += count - reported;
    }
    return out;
  }

  struct Hour {
    std::uint32_t hour = 0;
    std::vector<std::pair<std::uint32_t, std::uint64_t>> opened;  // by the hour of their end
    std::uint64_t bounced = 0;
    std::uint64_t delivered = 0;
    std::uint64_t reported() const { return bounced + delivered; }
  };

  const ViewReader& store_;
  const FiguresQuestion& question_;
  const FigureOf what_;
  const std::uint32_t from_;
  const std::uint32_t to_;
  std::size_t rows_ = 0;
  FigureCounts row_;
  Hour window_;
  FiguresSum out_;
};

}  // namespace

Result<FiguresSum> History::figures(const FiguresQuestion& question,
                                    const schemas::Sight& sight) const {
  Summing summing(store_, question);
  if (question.from >= question.to) return FiguresSum();
  if (question.domain) {
    if (!sight.sees_domain(*question.domain)) return FiguresSum();
    if (const auto done = summing.add_domain(*question.domain); !done) return done.error();
    return summing.take();
  }
  for (const std::string& domain : sight.domains()) {
    if (const auto done = summing.add_domain(domain); !done) return done.error();
  }
  if (!sight.is_all()) return summing.take();
  std::optional<std::string> domain;
  for (;;) {
    const auto next = summing.next_domain(domain);
    if (!next) return next.error();
    if (!*next) return summing.take();
    domain = **next;
    if (const auto done = summing.add_domain(*domain); !done) return done.error();
  }
}

}  // namespace waybill::projector
