#include "tools/trace/follow.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "schemas/json_members.h"
#include "schemas/utf8.h"
#include "tools/trace/entry.h"
#include "tools/trace/refusal.h"
#include "tools/trace/search.h"
#include "tools/trace/table.h"

namespace waybill::tools {
namespace {

namespace json = boost::json;
using schemas::text_member;

constexpr std::chrono::milliseconds kFirstPause{250};
constexpr std::chrono::milliseconds kLongestPause{30'000};
// Octets of one line of the feed: an event is far smaller (schemas/limits.h).
constexpr std::size_t kMostLine = 16 << 20;

// Whole lines are written at once, so that none is cut here.
void end_well(int /*signal*/) { ::_exit(app::kExitOk); }

void take_signals() {
  std::signal(SIGINT, end_well);
  std::signal(SIGTERM, end_well);
  std::signal(SIGPIPE, SIG_IGN);
}

// Whoever reads has gone; a file or a terminal never has.
bool is_left() {
  pollfd out{STDOUT_FILENO, 0, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

// Ends the process where nobody reads any more.
void put(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) != 0 && errno == EPIPE) ::_exit(app::kExitOk);
}

class Follower {
 public:
  Follower(ApiClient& api, std::string target, Form form)
      : api_(api), target_(std::move(target)), form_(form) {}

  // Where the feed ends now. False: it is not told, and why was said.
  bool begin(int& exit_code) {
    std::string last;
    const ApiAnswer answer = api_.stream(with({{"after", "end"}, {"wait", "0"}}),
                                         [&](std::string_view octets) { last += octets; });
    if (!answer.is_well()) {
      exit_code = api_.complain(answer);
      return false;
    }
    if (last.ends_with('\n')) last.pop_back();
    boost::system::error_code wrong;
    const json::value line = json::parse(last.substr(last.rfind('\n') + 1), wrong);
    if (!wrong && line.is_object()) cursor_ = text_member(line.as_object(), "cursor");
    if (cursor_.empty()) exit_code = app::fail("the feed has told no cursor");
    return !cursor_.empty();
  }

  void print(const json::object& entry) { put(text_of(entry)); }
  // What the pages had.
  void told(std::set<Place> places) { told_ = std::move(places); }

  // Returns the exit code where the server will not go on.
  int run() {
    std::chrono::milliseconds pause = kFirstPause;
    bool broken = false;
    for (;;) {
      heard_ = false;
      rest_.clear();
      const ApiAnswer answer =
          api_.stream(with({{"after", cursor_}}), [&](std::string_view octets) {
            if (!heard_ && broken) say("the feed goes on");
            broken = broken && !heard_;
            heard_ = true;
            take(octets);
          });
      if (is_left()) ::_exit(app::kExitOk);
      if (!wrong_.empty()) return app::fail(wrong_);
      if (!answer.is_well() && !answer.may_pass()) return api_.complain(answer);
      if (heard_) {
        pause = kFirstPause;
        broken = false;
      }
      // A whole answer ends in its time (docs/api.md).
      if (!answer.is_well() && !std::exchange(broken, true)) {
        const std::string why(
            answer.status == 0 ? answer.why : std::string(text_member(answer.value, "detail")));
        say("the feed broke off (" + schemas::printable(why) + "); it is asked for again");
      }
      std::this_thread::sleep_for(pause);
      if (!heard_) pause = std::min(2 * pause, kLongestPause);
    }
  }

 private:
  static void say(const std::string& words) {
    std::fprintf(stderr, "waybill: %s\n", words.c_str());
  }

  std::string with(std::initializer_list<std::pair<const char*, std::string>> parameters) const {
    std::string out = target_;
    for (const auto& [name, value] : parameters) append_parameter(out, name, value);
    append_parameter(out, "format", "ndjson");
    return out;
  }

  std::string text_of(const json::object& entry) const {
    return form_ == Form::csv ? sheet_row(entry) : table_line(entry, look_) + "\n";
  }

  void take(std::string_view octets) {
    rest_ += octets;
    std::size_t begin = 0;
    for (std::size_t end = rest_.find('\n'); end != rest_.npos; end = rest_.find('\n', begin)) {
      take_line(rest_.substr(begin, end - begin));
      begin = end + 1;
    }
    rest_.erase(0, begin);
    if (rest_.size() > kMostLine) wrong_ = "the feed has a line without end";
    if (is_left()) ::_exit(app::kExitOk);
  }

  void take_line(const std::string& text) {
    boost::system::error_code error;
    const json::value line = json::parse(text, error);
    if (error || !line.is_object() || text_member(line.as_object(), "cursor").empty()) {
      if (wrong_.empty()) wrong_ = "the feed is none of a Waybill's";
      return;
    }
    const json::object& said = line.as_object();
    if (const json::object* const gap = schemas::object_member(said, "gap")) {
      say("events of the log are lost: " + schemas::printable(json::serialize(*gap)));
    }
    if (const json::object* const event = schemas::object_member(said, "event")) {
      const auto place = place_of(*event);
      if (!place || told_.erase(*place) == 0) {
        put(form_ == Form::json ? text + "\n" : text_of(entry_of_event(*event)));
      }
    }
    cursor_ = text_member(said, "cursor");
  }

  ApiClient& api_;
  const std::string target_;
  const Form form_;
  const app::Look look_ = app::look_of_stdout();
  std::string cursor_;
  std::string rest_;
  std::string wrong_;  // why the feed cannot be read; empty: it can
  bool heard_ = false;
  std::set<Place> told_;
};

// The feed's address; empty: the query is not followed, which was said.
std::string feed_of(const ApiClient& api, const std::string& query, const ApiAnswer& plan,
                    int& exit_code) {
  const json::object* where = schemas::object_member(plan.value, "query");
  if (!plan.is_well()) where = &plan.value;
  const json::object* const follow =
      where == nullptr ? nullptr : schemas::object_member(*where, "follow");
  if (follow == nullptr) {
    exit_code = plan.is_well() ? app::fail("this server does not say what can be followed")
                               : refuse(api, query, plan);
    return {};
  }
  const std::string_view target = text_member(*follow, "target");
  if (!target.starts_with("/v1/feed")) {
    exit_code = app::kExitUsage;
    std::fprintf(stderr, "waybill: %s\n",
                 schemas::printable(text_member(*follow, "refused")).c_str());
    return {};
  }
  return std::string(target);
}

// What is there, oldest first. Places of JSON are those of its pages.
int print_pages(ApiClient& api, const ApiAnswer& answer, const TraceOptions& options,
                Follower& follower) {
  say_notes(answer);
  std::vector<Pages> groups = groups_of(api, answer, options);
  std::erase_if(groups, [](const Pages& group) { return !group.has_events(); });
  Merged merged(std::move(groups));
  std::vector<json::object> entries;
  while (auto entry = merged.next()) entries.push_back(std::move(*entry));
  if (merged.failed()) return api.complain(*merged.failed());
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (options.form() == Form::json) {
      put(json::serialize(json::object{{"entry", *entry}}) + "\n");
    } else {
      follower.print(*entry);
    }
  }
  follower.told(std::move(merged.places()));
  return app::kExitOk;
}

}  // namespace

int run_follow(ApiClient& api, const std::string& query, const TraceOptions& options) {
  take_signals();
  int exit_code = app::kExitOk;
  std::string target = "/v1/feed";
  ApiAnswer plan;
  if (!query.empty()) {
    plan = ask_search(api, query, options, Plan::explain);
    target = feed_of(api, query, plan, exit_code);
    if (target.empty()) return exit_code;
  }
  const bool exact = options.match == "exact";
  if (exact && target.find("role=") != target.npos) target += "&match=exact";
  Follower follower(api, target, options.form());
  if (!follower.begin(exit_code)) return exit_code;
  if (options.form() == Form::csv) put(sheet_header());
  if (plan.is_well()) {
    const ApiAnswer answer = exact ? plan : ask_search(api, query, options, Plan::carry_out);
    if (!answer.is_well()) return refuse(api, query, answer);
    exit_code = print_pages(api, answer, options, follower);
    if (exit_code != app::kExitOk) return exit_code;
  } else if (!query.empty()) {
    std::fprintf(stderr, "waybill: only what comes from now on is shown: %s\n",
                 schemas::printable(text_member(plan.value, "detail")).c_str());
  }
  return follower.run();
}

}  // namespace waybill::tools
