// waybill token, waybill access: who may ask, and who asked.

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/command/command_line.h"
#include "app/command/config_file.h"
#include "runtime/hex.h"
#include "schemas/json_members.h"
#include "tools/access/table.h"
#include "tools/api/owner_client.h"
#include "tools/commands.h"

namespace waybill::tools {

namespace json = boost::json;
using schemas::text_member;

namespace {

constexpr std::size_t kPageLimit = 500;

struct Options {
  app::ConfigFile file;
  ApiOptions api;
  bool json = false;
  // token
  std::string id;
  std::string name;
  std::vector<std::string> scopes;
  std::vector<std::string> domains;
  std::string expires;
  std::uint64_t overlap = 0;
  // access
  std::string subject;
  std::string principal;
  std::size_t limit = 50;
};

std::unique_ptr<ApiClient> client_of(const Options& options, int& exit_code) {
  return owner_client(options.file, options.api, exit_code);
}

void add_common(app::Command command, Options& options) {
  add_owner_options(command, options.file, options.api);
  command.add_flag("--json", options.json, "One JSON object a line");
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

void show_token(const Options& options, const json::object& token) {
  if (options.json) {
    std::printf("%s\n", json::serialize(token).c_str());
    return;
  }
  std::printf("%s\n", token_line(token).c_str());
}

// What is shown once.
int show_made(const Options& options, const json::object& made) {
  if (options.json) {
    std::printf("%s\n", json::serialize(made).c_str());
    return app::kExitOk;
  }
  // The token alone on standard output, so that it can be put into a file.
  std::fprintf(stderr, "%s\nThe token is shown this once; keep it where nobody else reads:\n",
               token_line(made).c_str());
  std::printf("%s\n", std::string(text_member(made, "token")).c_str());
  return app::kExitOk;
}

int create(const Options& options) {
  int exit_code = app::kExitOk;
  const auto api = client_of(options, exit_code);
  if (api == nullptr) return exit_code;
  std::string target = "/v1/tokens";
  append_parameter(target, "name", options.name);
  append_parameter(target, "scope", joined(options.scopes));
  append_parameter(target, "domain", joined(options.domains));
  append_parameter(target, "expires", options.expires);
  const auto made = api->ask("POST", target, exit_code);
  return made == nullptr ? exit_code : show_made(options, *made);
}

int list(const Options& options) {
  int exit_code = app::kExitOk;
  const auto api = client_of(options, exit_code);
  if (api == nullptr) return exit_code;
  const auto answer = api->get("/v1/tokens", exit_code);
  if (answer == nullptr) return exit_code;
  const json::array* const tokens = schemas::array_member(*answer, "tokens");
  if (tokens == nullptr) return app::kExitEnvironment;
  for (const json::value& token : *tokens) {
    if (token.is_object()) show_token(options, token.as_object());
  }
  if (tokens->empty() && !options.json) {
    std::printf("no tokens; `waybill token create` makes one\n");
  }
  return app::kExitOk;
}

int revoke(const Options& options) {
  int exit_code = app::kExitOk;
  const auto api = client_of(options, exit_code);
  if (api == nullptr) return exit_code;
  const auto token =
      api->ask("DELETE", "/v1/tokens/" + runtime::percent_encode(options.id), exit_code);
  if (token == nullptr) return exit_code;
  show_token(options, *token);
  return app::kExitOk;
}

int rotate(const Options& options) {
  int exit_code = app::kExitOk;
  const auto api = client_of(options, exit_code);
  if (api == nullptr) return exit_code;
  std::string target = "/v1/tokens/" + runtime::percent_encode(options.id) + "/rotate";
  append_parameter(target, "overlap", std::to_string(options.overlap));
  const auto made = api->ask("POST", target, exit_code);
  return made == nullptr ? exit_code : show_made(options, *made);
}

int show_accesses(const Options& options) {
  int exit_code = app::kExitOk;
  const auto api = client_of(options, exit_code);
  if (api == nullptr) return exit_code;
  std::string cursor;
  for (std::size_t done = 0; done < options.limit;) {
    std::string target =
        "/v1/access?limit=" + std::to_string(std::min(options.limit - done, kPageLimit));
    append_parameter(target, "subject", options.subject);
    append_parameter(target, "principal", options.principal);
    append_parameter(target, "cursor", cursor);
    const auto page = api->get(target, exit_code);
    if (page == nullptr) return exit_code;
    const json::array* const accesses = schemas::array_member(*page, "accesses");
    if (accesses == nullptr) return app::kExitEnvironment;
    for (const json::value& access : *accesses) {
      if (!access.is_object()) continue;
      ++done;
      std::printf("%s\n", options.json ? json::serialize(access).c_str()
                                       : access_line(access.as_object()).c_str());
    }
    cursor = text_member(*page, "next_cursor");
    if (cursor.empty()) break;
  }
  return app::kExitOk;
}

using RunWith = int (*)(const Options&);

app::Command add(app::Command parent, const char* name, const char* what,
                 const std::shared_ptr<Options>& options, RunWith run) {
  app::Command command = parent.add_command(name, what);
  add_common(command, *options);
  command.runs([options, run] { return run(*options); });
  return command;
}

}  // namespace

void add_token(app::Command root) {
  app::Command tokens =
      root.add_command("token", "Say who may ask for history: make, list, rotate, revoke tokens");
  tokens.needs_subcommand();
  tokens.footer(
      "Each asks the running `waybill serve` of the configuration, as the owner of its data "
      "directory; --server with --token-file asks another one, as somebody else.");

  auto made = std::make_shared<Options>();
  app::Command create_it =
      add(tokens, "create", "Make a token; it is shown once, on standard output", made, create);
  create_it.add("--name", made->name, "What people call it").required();
  create_it
      .add("--scope", made->scopes,
           "What it may do: history, feed, export, control, access, "
           "audit, erase (repeatable; history without one)")
      .one_value_each_time();
  create_it.add("--domain", made->domains, "Whose mail it may see (repeatable), or the word all")
      .one_value_each_time()
      .required();
  create_it.add("--expires", made->expires, "When it ends (RFC 3339); without it, never")
      .type_name("TIME");

  add(tokens, "list", "List the tokens there are, and were", std::make_shared<Options>(), list);

  auto revoked = std::make_shared<Options>();
  add(tokens, "revoke", "End a token now, and what is read with it", revoked, revoke)
      .add("id", revoked->id, "As `waybill token list` has it")
      .required();

  auto rotated = std::make_shared<Options>();
  app::Command rotate_it =
      add(tokens, "rotate", "Give a token another text, which is shown once", rotated, rotate);
  rotate_it.add("id", rotated->id, "As `waybill token list` has it").required();
  rotate_it
      .add("--overlap", rotated->overlap,
           "Seconds for which the text before counts too, 30 days "
           "at most")
      .shows_default();
}

void add_access(app::Command root) {
  auto options = std::make_shared<Options>();
  app::Command command =
      add(root, "access", "Show who looked at what, newest first", options, show_accesses);
  command.add("--subject", options->subject,
              "What was looked at: an address, a domain, an IP address, an id, a Message-ID");
  command.add("--principal", options->principal, "Who looked: local, owner, or \"token ID\"");
  command.add("--limit", options->limit, "At most so many").between(1, 1'000'000).shows_default();
}

}  // namespace waybill::tools
