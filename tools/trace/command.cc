// waybill trace: what people type into the search box, for terminals and pipes.

#include <cstdio>
#include <memory>

#include "app/command/command_line.h"
#include "tools/api/api_client.h"
#include "tools/commands.h"
#include "tools/trace/flags.h"
#include "tools/trace/follow.h"
#include "tools/trace/options.h"
#include "tools/trace/refusal.h"
#include "tools/trace/search.h"

namespace waybill::tools {
namespace {

int run_trace(const TraceOptions& options) {
  if (has_time_as_party(options.flags)) return app::kExitUsage;
  const std::string query = search_text(options.words, options.flags);
  if (query.empty() && !options.follow) {
    std::fprintf(stderr,
                 "waybill: nothing is asked for: name an address, an id, an IP address, a "
                 "Message-ID or a domain\nTry: waybill trace --help\n");
    return app::kExitUsage;
  }
  int exit_code = app::kExitOk;
  const auto api = ApiClient::make(options.api, exit_code);
  if (api == nullptr) return exit_code;
  return options.follow ? run_follow(*api, query, options) : run_search(*api, query, options);
}

void add_forms(app::Command command, TraceOptions& options) {
  app::Option csv = command.add_flag("--csv", options.csv,
                                     "Rows of CSV, one an event; an apostrophe in front of a field "
                                     "keeps a spreadsheet from running it");
  app::Option json = command.add_flag("--json", options.json, "The API's answers, each a line");
  app::Option explain = command.add_flag("--explain", options.explain,
                                         "Say what would be looked up, and look nothing up");
  app::Option follow = command.add_flag(
      "--follow", options.follow, "Go on with what comes, until Ctrl-C; alone: with all mail");
  app::Option all = command.add_flag("--all", options.all, "All of them");
  csv.excludes(json);
  csv.excludes(explain);
  explain.excludes(follow);
  follow.excludes(all);
}

}  // namespace

void add_trace(app::Command root) {
  app::Command command = root.add_command(
      "trace", "Search the history: what became of mail, newest first, as in the dashboard's box");
  auto options = std::make_shared<TraceOptions>();
  command.add("query", options->words,
              "An address, a Message-ID, an id, an IP address, a domain of ours; and words that "
              "narrow it, such as is:bounced since:7d");
  add_search_flags(command, options->flags, {});
  command
      .add("--match", options->match,
           "Spellings of an address: mailbox, all that its domain takes for the same; exact, this "
           "one")
      .one_of({"mailbox", "exact"})
      .shows_default();
  command.add("--limit", options->limit, "At most so many events of each group")
      .between(1, 1'000'000)
      .shows_default();
  add_forms(command, *options);
  add_options(command, options->api);
  command.footer(
      "Words and flags are one query, and all of it must fit; docs/search.md has the language. "
      "Words that begin with - stand behind --, or are a --not- flag. Dates are UTC, as is what is "
      "printed. --follow is for all but ids, Message-IDs, words without a field and what ends at a "
      "time.");
  command.runs([options] { return run_trace(*options); });
}

}  // namespace waybill::tools
