#include "tools/trace/search.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <limits>

#include "schemas/json_members.h"
#include "schemas/utf8.h"
#include "tools/trace/entry.h"
#include "tools/trace/refusal.h"
#include "tools/trace/table.h"

namespace waybill::tools {

namespace json = boost::json;
using schemas::text_member;

namespace {

// Lines of a group in the search's own answer (docs/api.md); its address has the rest.
constexpr std::uint64_t kMostInSearch = 100;

std::string shown(const json::object& object, std::string_view name) {
  return schemas::printable(text_member(object, name));
}

void print_line(const std::string& text) { std::printf("%s\n", text.c_str()); }

// What a group is, and what it costs.
int print_plan(const ApiAnswer& answer) {
  const json::object* const query = schemas::object_member(answer.value, "query");
  if (query == nullptr) return app::kExitEnvironment;
  print_line(shown(*query, "sentence"));
  print_line("As a query: " + shown(*query, "canonical"));
  if (const json::array* const groups = schemas::array_member(answer.value, "groups")) {
    for (const json::value& group : *groups) {
      if (!group.is_object()) continue;
      const json::object& one = group.as_object();
      print_line(shown(one, "title") + ": " + shown(one, "target") + "  (" + shown(one, "cost") +
                 ")");
    }
  }
  if (const json::object* const follow = schemas::object_member(*query, "follow")) {
    const std::string target = shown(*follow, "target");
    print_line(target.empty() ? "not to be followed: " + shown(*follow, "refused")
                              : "--follow: " + target);
  }
  return app::kExitOk;
}

// The lines of an answer for people.
class Printer {
 public:
  void print(Pages& group) {
    bool has_title = false;
    while (const ApiAnswer* const page = group.next()) {
      if (as_of_.empty()) {
        const json::object* const as_of = schemas::object_member(page->value, "as_of");
        if (as_of != nullptr) as_of_ = *as_of;
      }
      const std::vector<std::string> lines = lines_of(*page, group);
      if (titles_ && !lines.empty() && !std::exchange(has_title, true)) {
        print_line(schemas::printable(group.title()) + ":");
      }
      for (const std::string& line : lines) print_line(line);
      done_ += lines.size();
    }
    if (group.has_more()) more_ = More::older;
  }
  void use_titles() { titles_ = true; }
  void finish() const { print_line(freshness_line(as_of_, done_, more_)); }

 private:
  std::vector<std::string> lines_of(const ApiAnswer& page, Pages& group) const {
    std::vector<std::string> out;
    if (const json::array* const story = schemas::array_member(page.value, "story")) {
      for (const json::value& step : *story) {
        if (step.is_object()) out.push_back(story_line(step.as_object(), look_));
      }
      return out;
    }
    if (const json::array* const hours = schemas::array_member(page.value, "hours")) {
      for (const json::value& hour : *hours) {
        if (hour.is_object()) out.push_back(hour_line(hour.as_object()));
      }
      return out;
    }
    if (const json::array* const aliases = schemas::array_member(page.value, "aliases")) {
      for (const json::value& alias : *aliases) {
        if (alias.is_string())
          out.push_back(schemas::printable(std::string_view(alias.as_string())));
      }
      return out;
    }
    for (const json::object& entry : group.entries()) out.push_back(table_line(entry, look_));
    return out;
  }

  const app::Look look_ = app::look_of_stdout();
  json::object as_of_;  // of the first page: what came while others were read is in none of them
  std::size_t done_ = 0;
  More more_ = More::none;
  bool titles_ = false;
};

// One group alone may have nothing of that name: an id is of a delivery or of a message.
int say_failures(const ApiClient& api, const std::vector<Pages>& groups) {
  const auto is_nothing = [](const Pages& group) {
    return group.failed() && group.failed()->status == 404;
  };
  if (!groups.empty() && std::all_of(groups.begin(), groups.end(), is_nothing)) {
    return api.complain(*groups.front().failed());
  }
  int exit_code = app::kExitOk;
  for (const Pages& group : groups) {
    if (!group.failed() || is_nothing(group)) continue;
    exit_code = std::max(exit_code, api.complain(*group.failed()));
  }
  const bool is_cut = std::any_of(groups.begin(), groups.end(),
                                  [](const Pages& group) { return group.is_stuck(); });
  if (is_cut && exit_code == app::kExitOk) {
    exit_code = app::fail("a part of the log is not in reach now: ask again later for what it has");
  }
  return exit_code;
}

int print_table(const ApiClient& api, std::vector<Pages> groups) {
  Printer printer;
  const auto have_lines = std::count_if(groups.begin(), groups.end(),
                                        [](const Pages& group) { return !group.is_empty(); });
  if (have_lines > 1) printer.use_titles();
  for (Pages& group : groups) printer.print(group);
  const int exit_code = say_failures(api, groups);
  if (exit_code == app::kExitOk) printer.finish();
  return exit_code;
}

// The answers as they came, each a line.
int print_json(const ApiClient& api, const ApiAnswer& answer, std::vector<Pages> groups) {
  print_line(answer.body);
  for (Pages& group : groups) {
    while (const ApiAnswer* const page = group.next()) {
      group.entries();
      // The first pages are in the search's own answer.
      if (!page->body.empty()) print_line(page->body);
    }
  }
  return say_failures(api, groups);
}

int print_csv(const ApiClient& api, std::vector<Pages> groups) {
  std::printf("%s", sheet_header().c_str());
  Merged merged(std::move(groups));
  while (const auto entry = merged.next()) {
    const std::string row = sheet_row(*entry);
    std::fwrite(row.data(), 1, row.size(), stdout);
  }
  if (const ApiAnswer* const nothing = merged.nothing()) return api.complain(*nothing);
  return merged.failed() ? api.complain(*merged.failed()) : app::kExitOk;
}

}  // namespace

ApiAnswer ask_search(ApiClient& api, const std::string& query, const TraceOptions& options,
                     Plan plan) {
  std::string target = "/v1/search";
  append_parameter(target, "q", query);
  if (query.empty()) target += "?q=";
  const std::uint64_t limit = options.all ? kMostInSearch : options.limit;
  append_parameter(target, "limit", std::to_string(std::min(limit, kMostInSearch)));
  if (plan == Plan::explain) append_parameter(target, "explain", "true");
  return api.try_ask("GET", target);
}

void say_notes(const ApiAnswer& answer) {
  const json::object* const query = schemas::object_member(answer.value, "query");
  if (query == nullptr) return;
  if (const json::array* const notes = schemas::array_member(*query, "notes")) {
    for (const json::value& note : *notes) {
      if (!note.is_string()) continue;
      const std::string words = schemas::printable(std::string_view(note.as_string()));
      std::fprintf(stderr, "waybill: %s\n", words.c_str());
    }
  }
  const json::array* const offers = schemas::array_member(*query, "offers");
  if (offers == nullptr) return;
  for (const json::value& offer : *offers) {
    if (!offer.is_object()) continue;
    std::fprintf(stderr, "waybill: %s may be meant: %s\n",
                 shown(offer.as_object(), "label").c_str(),
                 shell_word(shown(offer.as_object(), "query")).c_str());
  }
}

std::vector<Pages> groups_of(ApiClient& api, const ApiAnswer& answer, const TraceOptions& options) {
  std::vector<Pages> out;
  const json::array* const groups = schemas::array_member(answer.value, "groups");
  if (groups == nullptr) return out;
  const std::size_t limit = options.all ? std::numeric_limits<std::size_t>::max() : options.limit;
  const Spellings spellings = options.match == "exact" ? Spellings::exact : Spellings::mailbox;
  for (const json::value& group : *groups) {
    if (group.is_object()) out.emplace_back(api, group.as_object(), limit, spellings);
  }
  return out;
}

int refuse(const ApiClient& api, const std::string& query, const ApiAnswer& answer) {
  const std::string_view code = text_member(answer.value, "code");
  if (code != "search_refused" && code != "no_index") return api.complain(answer);
  std::fputs(refusal_text("trace", query, answer.value).c_str(), stderr);
  return app::kExitUsage;
}

int run_search(ApiClient& api, const std::string& query, const TraceOptions& options) {
  // An exact spelling is asked of each address; the search itself has no word for it.
  const bool plan = options.explain || options.match == "exact";
  const ApiAnswer answer = ask_search(api, query, options, plan ? Plan::explain : Plan::carry_out);
  if (!answer.is_well()) return refuse(api, query, answer);
  if (options.form() != Form::json && answer.value.contains("go_to")) {
    print_line("A page of the dashboard: " + shown(answer.value, "go_to"));
    return app::kExitOk;
  }
  say_notes(answer);
  if (options.explain && options.form() != Form::json) return print_plan(answer);
  std::vector<Pages> groups = groups_of(api, answer, options);
  if (options.explain) groups.clear();
  if (options.form() == Form::json) return print_json(api, answer, std::move(groups));
  if (groups.empty()) {
    std::fprintf(stderr, "waybill: nothing is searched for yet: ask for one of these\n");
    return app::kExitUsage;
  }
  if (options.form() == Form::table) return print_table(api, std::move(groups));
  // Counters and names are no events.
  std::erase_if(groups, [](const Pages& one) { return !one.has_events(); });
  if (groups.empty()) {
    std::fprintf(stderr, "waybill: what is found are no events: --csv has none of them\n");
    return app::kExitUsage;
  }
  return print_csv(api, std::move(groups));
}

}  // namespace waybill::tools
