// waybill trace: what people type into the search box, for terminals and pipes.

#include <cstdio>
#include <memory>

#include "app/command/command_line.h"
#include "query/search/fields.h"
#include "runtime/ascii.h"
#include "schemas/event.h"
#include "schemas/field_shape.h"
#include "schemas/kind.h"
#include "tools/api/api_client.h"
#include "tools/commands.h"
#include "tools/trace/follow.h"
#include "tools/trace/options.h"
#include "tools/trace/refusal.h"
#include "tools/trace/search.h"

namespace waybill::tools {
namespace {

using query::search::FieldTraits;

// --from and --to were times in releases up to 0.1.
bool has_time_as_party(const TraceOptions& options) {
  for (const FlagWords& flag : options.flags) {
    const bool is_from = flag.field->field == query::search::Field::from;
    if (!is_from && flag.field->field != query::search::Field::to) continue;
    for (const std::string& value : flag.values) {
      if (!schemas::parse_rfc3339(value)) continue;
      std::fprintf(
          stderr,
          "waybill: --%s is an address, and %s a time: times are --after (which is in) and "
          "--before (which is not)\n",
          is_from ? "from" : "to", value.c_str());
      return true;
    }
  }
  return false;
}

int run_trace(const TraceOptions& options) {
  if (has_time_as_party(options)) return app::kExitUsage;
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

// What has a list of its own; the words of rules are on the server.
std::vector<std::string> words_for(const FieldTraits& field) {
  std::vector<std::string> out;
  if (field.field == query::search::Field::is) {
    for (const schemas::KindTraits& kind : schemas::kKinds) {
      if (kind.speaks_of_delivery) out.emplace_back(kind.word);
    }
  }
  if (field.field == query::search::Field::report_class) {
    const auto& all = *schemas::pb::BounceClass_descriptor();
    for (int i = 0; i < all.value_count(); ++i) {
      std::string word = schemas::word_of(all, all.value(i)->number());
      if (!word.empty()) out.push_back(std::move(word));
    }
  }
  return out;
}

void add_flags_of(app::Command command, const FieldTraits& field, TraceOptions& options,
                  Sense sense) {
  for (FlagWords& flag : options.flags) {
    if (flag.field != &field || flag.sense != sense) continue;
    std::string what(field.takes);
    if (sense == Sense::is) {
      what.front() = runtime::ascii::upper(what.front());
    } else {
      what = "Leave out: " + what;
    }
    what += "; as " + word_text(field, sense, "") + " in the box";
    app::Option option = command.add(flag_names(field, sense).c_str(), flag.values, what.c_str());
    option.one_value_each_time().type_name("TEXT");
    if (auto words = words_for(field); !words.empty()) option.proposes(std::move(words));
  }
}

void add_search_words(app::Command command, TraceOptions& options) {
  // Before any address of one is taken: the list does not grow any more.
  for (const FieldTraits& field : query::search::kFields) {
    options.flags.push_back({&field, Sense::is, {}});
    if (field.negation == query::search::Negation::allowed) {
      options.flags.push_back({&field, Sense::is_not, {}});
    }
  }
  for (const FieldTraits& field : query::search::kFields) {
    add_flags_of(command, field, options, Sense::is);
    add_flags_of(command, field, options, Sense::is_not);
  }
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
  add_search_words(command, *options);
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
