#include "tools/exports/question.h"

#include <algorithm>
#include <cstdio>

#include "query/search/fields.h"
#include "schemas/json_members.h"
#include "schemas/utf8.h"
#include "tools/trace/flags.h"
#include "tools/trace/refusal.h"

namespace waybill::tools {
namespace {

namespace json = boost::json;
using query::search::Field;
using schemas::text_member;

constexpr char kTarget[] = "/v1/exports";

// What is no mail has no history that could be searched, and is exported by its kind alone.
constexpr const char* kBesideMail[] = {"access", "control"};

bool is_beside_mail(const std::string& word) {
  return std::find(std::begin(kBesideMail), std::end(kBesideMail), word) != std::end(kBesideMail);
}

// Takes those kinds out of the flags; "access,control".
std::string take_kinds_beside_mail(std::vector<FlagWords>& flags) {
  std::string out;
  for (FlagWords& flag : flags) {
    if (flag.field->field != Field::is || flag.sense != Sense::is) continue;
    std::erase_if(flag.values, [&](const std::string& value) {
      if (!is_beside_mail(value)) return false;
      out += (out.empty() ? "" : ",") + value;
      return true;
    });
  }
  return out;
}

// As another word of a list that is there, or as a parameter of its own.
void add_kinds(std::string& target, const std::string& kinds) {
  if (kinds.empty()) return;
  const std::size_t at = target.find("kind=");
  if (at == target.npos) return append_parameter(target, "kind", kinds);
  target.insert(at + std::string_view("kind=").size(), kinds + ",");
}

// Empty after why was said.
std::string refuse(const ApiClient& api, const std::string& query, const ApiAnswer& answer,
                   int& exit_code) {
  exit_code = app::kExitUsage;
  if (text_member(answer.value, "code") == "search_refused") {
    std::fputs(refusal_text("export", query, answer.value).c_str(), stderr);
  } else {
    exit_code = api.complain(answer);
  }
  return {};
}

// The search's own words for what is exported: where it is asked for needs no index.
std::string ask_target(ApiClient& api, const std::string& query, int& exit_code) {
  std::string search = "/v1/search";
  append_parameter(search, "q", query);
  append_parameter(search, "explain", "true");
  const ApiAnswer answer = api.try_ask("GET", search);
  const json::object* said = schemas::object_member(answer.value, "query");
  if (!answer.is_well()) said = &answer.value;
  const json::object* const exported =
      said == nullptr ? nullptr : schemas::object_member(*said, "export");
  if (exported == nullptr) {
    if (!answer.is_well()) return refuse(api, query, answer, exit_code);
    exit_code = app::fail("what is asked for is no query of mail, or this server exports none");
    return {};
  }
  std::string target(text_member(*exported, "target"));
  if (target.starts_with(kTarget)) return target;
  exit_code = app::kExitUsage;
  std::fprintf(stderr, "waybill: %s\n",
               schemas::printable(text_member(*exported, "refused")).c_str());
  return {};
}

}  // namespace

void add_question(app::Command command, ExportQuestion& question) {
  command.add("query", question.words,
              "What is exported: addresses, domains of ours, and words that narrow it, such as "
              "is:bounced since:7d");
  // An id and a Message-ID are looked up whole, and an IP address is of one side here: --client,
  // --hop.
  add_search_flags(command, question.flags, {Field::id, Field::msgid, Field::ip});
  command
      .add("--match", question.match,
           "Spellings of an address: mailbox, all that its domain takes for the same; exact, this "
           "one")
      .one_of({"mailbox", "exact"})
      .shows_default();
}

bool asks(const ExportQuestion& question) {
  return !question.words.empty() ||
         std::any_of(question.flags.begin(), question.flags.end(),
                     [](const FlagWords& flag) { return !flag.values.empty(); });
}

std::string export_target(ApiClient& api, const ExportQuestion& question, int& exit_code) {
  std::vector<FlagWords> flags = question.flags;
  const std::string kinds = take_kinds_beside_mail(flags);
  const std::string query = search_text(question.words, flags);
  std::string target = query.empty() ? kTarget : ask_target(api, query, exit_code);
  if (target.empty()) return target;
  add_kinds(target, kinds);
  const bool in_a_role = target.find("role=") != target.npos;
  if (question.match == "exact" && in_a_role) append_parameter(target, "match", "exact");
  return target;
}

}  // namespace waybill::tools
