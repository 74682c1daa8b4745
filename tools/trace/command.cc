// waybill trace: the history of an address as a table for people, or as JSON for pipes.

#include <boost/json.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/command/command_line.h"
#include "app/command/look.h"
#include "runtime/hex.h"
#include "runtime/http_client.h"
#include "schemas/json_members.h"
#include "tools/commands.h"
#include "tools/trace/table.h"

namespace waybill::tools {

namespace json = boost::json;
using schemas::text_member;

namespace {

constexpr std::chrono::seconds kTimeout{30};
constexpr std::size_t kPageLimit = 500;

struct Options {
  std::string address;
  std::string delivery;
  std::string client;
  std::string role = "alias";
  std::string match = "mailbox";
  std::string from;
  std::string to;
  std::vector<std::string> kinds;
  std::size_t limit = 50;
  bool all = false;
  bool json = false;
  std::string server = "http://127.0.0.1:8025";
};

std::string target_of(const Options& options, const std::string& cursor, std::size_t limit) {
  const bool of_client = !options.client.empty();
  std::string out = of_client ? "/v1/clients/" + runtime::percent_encode(options.client)
                              : "/v1/addresses/" + runtime::percent_encode(options.address);
  out += "/history?limit=" + std::to_string(limit);
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) out += std::string("&") + key + "=" + runtime::percent_encode(value);
  };
  if (!of_client) add("role", options.role);
  // An older release does not know the parameter.
  if (options.match != "mailbox") add("match", options.match);
  add("from", options.from);
  add("to", options.to);
  std::string kinds;
  for (const std::string& kind : options.kinds) kinds += (kinds.empty() ? "" : ",") + kind;
  add("kind", kinds);
  add("cursor", cursor);
  return out;
}

// One page, or nothing after having said why.
std::unique_ptr<json::object> ask(const Options& options, const std::string& target,
                                  int& exit_code) {
  const auto answer = runtime::http_get(options.server, target, kTimeout);
  if (!answer) {
    std::fprintf(
        stderr,
        "waybill: no answer from %s: %s\nIs `waybill serve` running? --server names another "
        "one.\n",
        options.server.c_str(), answer.error().message().c_str());
    exit_code = app::kExitEnvironment;
    return nullptr;
  }
  boost::system::error_code wrong;
  json::value value = json::parse(answer->body, wrong);
  if (wrong || !value.is_object()) {
    std::fprintf(stderr, "waybill: %s does not answer as a Waybill does\n", options.server.c_str());
    exit_code = app::kExitEnvironment;
    return nullptr;
  }
  if (answer->status != 200) {
    const std::string detail(text_member(value.as_object(), "detail"));
    std::fprintf(stderr, "waybill: %s\n", detail.c_str());
    exit_code = answer->status < 500 ? app::kExitUsage : app::kExitEnvironment;
    return nullptr;
  }
  return std::make_unique<json::object>(std::move(value.as_object()));
}

json::object as_of_of(const json::object& page) {
  const json::object* const as_of = schemas::object_member(page, "as_of");
  return as_of == nullptr ? json::object() : *as_of;
}

int run_story(const Options& options) {
  const app::Look look = app::look_of_stdout();
  int exit_code = app::kExitOk;
  const auto page =
      ask(options, "/v1/deliveries/" + runtime::percent_encode(options.delivery), exit_code);
  if (page == nullptr) return exit_code;
  if (options.json) {
    std::printf("%s\n", json::serialize(*page).c_str());
    return app::kExitOk;
  }
  const json::array* const story = schemas::array_member(*page, "story");
  if (story == nullptr) return app::kExitEnvironment;
  for (const json::value& step : *story) {
    if (step.is_object()) std::printf("%s\n", story_line(step.as_object(), look).c_str());
  }
  const std::size_t steps = story->size();
  std::printf("%s\n", freshness_line(as_of_of(*page), steps, More::none).c_str());
  return app::kExitOk;
}

int run_trace(const Options& options) {
  if (!options.delivery.empty()) return run_story(options);
  const app::Look look = app::look_of_stdout();
  std::string cursor;
  json::object as_of;
  std::size_t done = 0;
  int exit_code = app::kExitOk;
  for (;;) {
    const std::size_t left = options.all ? kPageLimit : options.limit - done;
    const auto page =
        ask(options, target_of(options, cursor, std::min(left, kPageLimit)), exit_code);
    if (page == nullptr) return exit_code;
    // What came while later pages were read is in none of them.
    if (cursor.empty()) as_of = as_of_of(*page);
    const json::array* const entries = schemas::array_member(*page, "entries");
    if (entries == nullptr) return app::kExitEnvironment;
    for (const json::value& entry : *entries) {
      if (!entry.is_object()) continue;
      ++done;
      if (options.json) {
        std::printf("%s\n", json::serialize(entry).c_str());
      } else {
        std::printf("%s\n", table_line(entry.as_object(), look).c_str());
      }
    }
    cursor = text_member(*page, "next_cursor");
    const bool enough = !options.all && done >= options.limit;
    if (!cursor.empty() && !enough) continue;
    if (!options.json) {
      const More more = cursor.empty() ? More::none : More::older;
      std::printf("%s\n", freshness_line(as_of, done, more).c_str());
    }
    return app::kExitOk;
  }
}

}  // namespace

void add_trace(app::Command root) {
  app::Command command =
      root.add_command("trace", "Show what became of the mail of an address, newest first");
  auto options = std::make_shared<Options>();
  const app::Option address =
      command.add("address", options->address, "The address, as local@domain");
  const app::Option delivery =
      command.add("--delivery", options->delivery, "Instead: the story of this delivery, by id")
          .excludes(address);
  app::Option client =
      command.add("--client", options->client, "Instead: what this client was told, by IP address")
          .excludes(address)
          .excludes(delivery);
  client.excludes(command.add("--role", options->role, "What the address was in the message")
                      .one_of({"alias", "sender", "target"})
                      .shows_default());
  client.excludes(
      command
          .add("--match", options->match,
               "Its spellings: mailbox, all that its domain takes for the same; exact, this one")
          .one_of({"mailbox", "exact"})
          .shows_default());
  command.add("--from", options->from, "Not before this time (RFC 3339)");
  command.add("--to", options->to, "Before this time (RFC 3339)");
  command.add("--kind", options->kinds, "Only events of this kind (repeatable)");
  command.add("--limit", options->limit, "At most so many events")
      .between(1, 1'000'000)
      .shows_default();
  command.add_flag("--all", options->all, "All of them");
  command.add_flag("--json", options->json, "One JSON object a line");
  command.add("--server", options->server, "Where waybill serve answers").shows_default();
  command.needs_one_of({address, delivery, client},
                       "an address, --delivery with an id, or --client with an IP address,");
  command.runs([options] { return run_trace(*options); });
}

}  // namespace waybill::tools
