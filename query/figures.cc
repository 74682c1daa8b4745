#include "query/figures.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "query/events_question.h"
#include "query/render.h"
#include "runtime/check.h"
#include "runtime/hex.h"
#include "runtime/network.h"
#include "schemas/event.h"
#include "schemas/json_members.h"

namespace waybill::query {

namespace json = boost::json;
using projector::Figure;
using projector::FigureCounts;
using projector::FiguresBy;
using projector::FiguresLine;
using projector::FiguresQuestion;
using projector::FiguresStep;
using projector::FiguresSum;
using projector::Windows;

namespace {

constexpr double kMedian = 0.5;
constexpr double kNearlyAll = 0.95;

Figure figure_at(std::size_t place) { return static_cast<Figure>(place); }

std::uint64_t sum_of(const FigureCounts& counts, std::initializer_list<Figure> figures) {
  std::uint64_t sum = 0;
  for (const Figure one : figures) sum += counts.at(one);
  return sum;
}

std::uint64_t refused_of(const FigureCounts& counts) {
  return sum_of(counts, {Figure::rejected_by_policy, Figure::rejected_by_next_hop,
                         Figure::rejected_by_relay});
}

std::uint64_t deferred_of(const FigureCounts& counts) {
  return sum_of(counts, {Figure::deferred_by_policy, Figure::deferred_by_next_hop,
                         Figure::deferred_by_relay});
}

// Outcomes: all that was asked of a next hop, and came to something.
std::uint64_t asked_of(const FigureCounts& counts) {
  return refused_of(counts) + deferred_of(counts) +
         sum_of(counts, {Figure::forwarded, Figure::in_doubt});
}

// Everything but octets.
std::uint64_t events_of(const FigureCounts& counts) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : counts.counts) sum += count;
  return sum - counts.at(Figure::octets);
}

struct Order {
  std::string_view word;
  std::uint64_t (*of)(const FigureCounts&);
};
constexpr Order kOrders[] = {
    {"events", events_of}, {"refused", refused_of}, {"deferred", deferred_of}, {"asked", asked_of}};

std::uint64_t weight(std::string_view order, const FigureCounts& counts) {
  for (const Order& one : kOrders) {
    if (one.word == order) return one.of(counts);
  }
  for (std::size_t i = 0; i < projector::kFigures; ++i) {
    if (projector::name_of(figure_at(i)) == order) return counts.counts[i];
  }
  runtime::check(false, "an order is one of figures_order_words()");
  return 0;
}

std::string_view word_of(FiguresBy by) {
  return figures_by_words().at(static_cast<std::size_t>(by));
}
std::string_view word_of(FiguresStep step) {
  return figures_step_words().at(static_cast<std::size_t>(step));
}

double milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1'000;
}

// What is known of a next hop's answers.
void put_answers(const FigureCounts& counts, json::object& out) {
  out["asked"] = asked_of(counts);
  out["took"] = counts.at(Figure::forwarded);
  json::object time;
  time["count"] = counts.answer_times.count();
  if (const auto median = counts.answer_times.at(kMedian)) time["p50_ms"] = milliseconds(*median);
  if (const auto most = counts.answer_times.at(kNearlyAll)) time["p95_ms"] = milliseconds(*most);
  json::array places;
  for (const auto& [place, count] : counts.answer_times.places()) {
    places.push_back(json::array{place, count});
  }
  time["places"] = std::move(places);
  out["time_to_answer"] = std::move(time);
}

json::object to_json(const FigureCounts& counts, FiguresBy by) {
  json::object out;
  json::object numbers;
  for (std::size_t i = 0; i < projector::kFigures; ++i) {
    numbers[projector::name_of(figure_at(i))] = counts.counts[i];
  }
  out["counts"] = std::move(numbers);
  if (by == FiguresBy::next_hop) put_answers(counts, out);
  return out;
}

json::object to_json(const Windows& windows) {
  return {{"opened", windows.opened},
          {"waiting", windows.waiting},
          {"settled", windows.settled},
          {"bounced", windows.bounced},
          {"delivered", windows.delivered}};
}

void put_rules(const FiguresLine& line, json::object& out) {
  json::object rules;
  const std::pair<const std::string, std::uint64_t>* most = nullptr;
  for (const auto& one : line.rules) {
    rules[one.first] = one.second;
    if (most == nullptr || one.second > most->second) most = &one;
  }
  out["rules"] = std::move(rules);
  if (most != nullptr) out["says_most"] = {{"rule", most->first}, {"count", most->second}};
}

json::object to_json(const FiguresLine& line, FiguresBy by) {
  json::object out = to_json(line.total, by);
  if (by == FiguresBy::domain) out["windows"] = to_json(line.windows);
  if (by == FiguresBy::next_hop) put_rules(line, out);
  if (line.steps.empty()) return out;
  json::array steps;
  for (const auto& [begin, counts] : line.steps) {
    json::object step = to_json(counts, by);
    step["at"] = schemas::rfc3339(begin);
    steps.push_back(std::move(step));
  }
  out["steps"] = std::move(steps);
  return out;
}

std::string span_of(const FiguresQuestion& question) {
  return "from=" + runtime::percent_encode(schemas::rfc3339(question.from)) +
         "&to=" + runtime::percent_encode(schemas::rfc3339(question.to));
}

// The address of this API that lists what was counted; empty: no index does.
std::string list_of(const FiguresQuestion& question, const std::string& name) {
  const auto history = [&](const char* role) {
    return "/v1/addresses/" + runtime::percent_encode(name) + "/history?role=" + role +
           "&match=exact&" + span_of(question);
  };
  const auto events = [&](const char* parameter) {
    std::string out =
        "/v1/events?" + std::string(parameter) + "=" + runtime::percent_encode(listed(name));
    if (question.domain) out += "&domain=" + *question.domain;
    return out + "&" + span_of(question);
  };
  switch (question.by) {
    case FiguresBy::domain:
      return name.empty() ? std::string()
                          : "/v1/domains/" + name + "/counters?" + span_of(question);
    case FiguresBy::alias: return history("alias");
    // Its history is of all domains.
    case FiguresBy::sender:
      if (question.domain) return {};
      return history("sender") + "&kind=accepted,rejected,deferred,dropped,bounced,in_doubt";
    case FiguresBy::rule: return events("rule");
    // A host without a name is in the lists of its names too.
    case FiguresBy::next_hop:
      if (runtime::ip_of(name)) return {};
      return events("next_hop") + "&kind=forwarded,rejected,deferred,in_doubt";
  }
  return {};
}

FiguresShown ordered(const FiguresAsked& asked, FiguresSum sum) {
  FiguresShown out;
  out.total = sum.rest;
  for (auto& [name, line] : sum.lines) {
    out.total.add(line);
    out.rows.emplace_back(name, std::move(line));
  }
  out.rest = std::move(sum.rest);
  out.names = out.rows.size();
  std::stable_sort(out.rows.begin(), out.rows.end(), [&](const auto& a, const auto& b) {
    return weight(asked.order, a.second.total) > weight(asked.order, b.second.total);
  });
  return out;
}

std::optional<runtime::WallTime> time_member(const json::object& object) {
  const auto time = schemas::parse_rfc3339(schemas::text_member(object, "at"));
  if (!time) return std::nullopt;
  return *time;
}

// False: it is none.
bool read_counts(const json::object& object, FigureCounts& out) {
  const json::object* const numbers = schemas::object_member(object, "counts");
  if (numbers == nullptr) return false;
  for (std::size_t i = 0; i < projector::kFigures; ++i) {
    out.counts[i] = schemas::number_member(*numbers, projector::name_of(figure_at(i))).value_or(0);
  }
  const json::object* const time = schemas::object_member(object, "time_to_answer");
  const json::array* const places = time ? schemas::array_member(*time, "places") : nullptr;
  if (places == nullptr) return true;
  for (const json::value& one : *places) {
    if (!one.is_array() || one.as_array().size() != 2) return false;
    boost::system::error_code wrong;
    const auto place = one.as_array()[0].to_number<std::uint64_t>(wrong);
    if (wrong || place >= projector::kAnswerPlaces) return false;
    const auto count = one.as_array()[1].to_number<std::uint64_t>(wrong);
    if (wrong) return false;
    out.answer_times.add(static_cast<std::uint8_t>(place), count);
  }
  return true;
}

void read_windows(const json::object& object, Windows& out) {
  const json::object* const windows = schemas::object_member(object, "windows");
  if (windows == nullptr) return;
  const auto number = [&](std::string_view name) {
    return schemas::number_member(*windows, name).value_or(0);
  };
  out = {number("opened"), number("waiting"), number("settled"), number("bounced"),
         number("delivered")};
}

bool read_line(const json::object& object, FiguresLine& out) {
  if (!read_counts(object, out.total)) return false;
  read_windows(object, out.windows);
  if (const json::object* const rules = schemas::object_member(object, "rules")) {
    for (const auto& [rule, value] : *rules) {
      out.rules[std::string(rule)] = schemas::number_member(*rules, rule).value_or(0);
    }
  }
  const json::array* const steps = schemas::array_member(object, "steps");
  if (steps == nullptr) return true;
  for (const json::value& step : *steps) {
    if (!step.is_object()) return false;
    const auto at = time_member(step.as_object());
    if (!at || !read_counts(step.as_object(), out.steps[*at])) return false;
  }
  return true;
}

}  // namespace

const std::vector<std::string>& figures_by_words() {
  static const std::vector<std::string> words = {"domain", "alias", "next_hop", "rule", "sender"};
  return words;
}

const std::vector<std::string>& figures_step_words() {
  static const std::vector<std::string> words = {"all", "hour", "day"};
  return words;
}

const std::vector<std::string>& figures_order_words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> out;
    for (const Order& one : kOrders) out.emplace_back(one.word);
    for (std::size_t i = 0; i < projector::kFigures; ++i) {
      out.emplace_back(projector::name_of(figure_at(i)));
    }
    return out;
  }();
  return words;
}

std::string_view usual_order(FiguresBy by) {
  switch (by) {
    case FiguresBy::domain:
    case FiguresBy::alias:
    case FiguresBy::sender: return "events";
    case FiguresBy::next_hop: return "refused";
    case FiguresBy::rule: return "events";
  }
  return "events";
}

std::size_t steps_of(const FiguresQuestion& question) {
  const auto hours = static_cast<std::size_t>((question.to - question.from) / projector::kHour);
  switch (question.step) {
    case FiguresStep::all: return 1;
    case FiguresStep::hour: return std::max<std::size_t>(hours, 1);
    case FiguresStep::day: return hours / 24 + 2;
  }
  return 1;
}

FiguresShown show(const FiguresAsked& asked, FiguresSum sum) {
  FiguresShown out = ordered(asked, std::move(sum));
  if (out.rows.size() > asked.limit) out.rows.resize(asked.limit);
  return out;
}

FiguresShown show_peer(const FiguresAsked& asked, FiguresSum sum) {
  FiguresShown out = ordered(asked, std::move(sum));
  const std::size_t most = std::min(kMostPeerFigures, kMostPeerSteps / steps_of(asked.of));
  for (std::size_t i = most; i < out.rows.size(); ++i) out.rest.add(out.rows[i].second);
  if (out.rows.size() > most) out.rows.resize(most);
  return out;
}

std::string render_figures(const FiguresAsked& asked, const FiguresShown& shown,
                           const AsOf& as_of) {
  const FiguresQuestion& question = asked.of;
  json::object out;
  out["by"] = word_of(question.by);
  if (question.domain) out["domain"] = *question.domain;
  out["from"] = schemas::rfc3339(question.from);
  out["to"] = schemas::rfc3339(question.to);
  out["step"] = word_of(question.step);
  out["utc_offset"] = question.utc_offset.count();
  out["order"] = asked.order;
  json::array rows;
  for (const auto& [name, line] : shown.rows) {
    json::object row;
    row["name"] = name;
    for (auto& [member, value] : to_json(line, question.by)) row[member] = std::move(value);
    if (const std::string list = list_of(question, name); !list.empty()) row["list"] = list;
    rows.push_back(std::move(row));
  }
  out["rows"] = std::move(rows);
  out["names"] = shown.names;
  out["rest"] = to_json(shown.rest, question.by);
  out["total"] = to_json(shown.total, question.by);
  out["as_of"] = to_json(as_of);
  return json::serialize(out);
}

std::optional<FiguresSum> read_figures_part(PeerSaid said) {
  const json::array* const rows = schemas::array_member(said.answer, "rows");
  const json::object* const rest = schemas::object_member(said.answer, "rest");
  if (rows == nullptr || rest == nullptr) return std::nullopt;
  FiguresSum out;
  for (const json::value& row : *rows) {
    if (!row.is_object() || !row.as_object().contains("name")) return std::nullopt;
    const std::string name(schemas::text_member(row.as_object(), "name"));
    if (!read_line(row.as_object(), out.lines[name])) return std::nullopt;
  }
  if (!read_line(*rest, out.rest)) return std::nullopt;
  return out;
}

}  // namespace waybill::query
