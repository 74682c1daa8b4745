#include "relay/spam/rspamd_words.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "runtime/ascii.h"
#include "schemas/json_members.h"
#include "schemas/reply.h"
#include "schemas/strict_json.h"

namespace waybill::relay::spam {

namespace json = boost::json;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

constexpr std::size_t kMaxActionWord = 64;  // octets; rspamd's own have 15 at most
constexpr std::size_t kMaxSymbol = 100;     // octets
constexpr std::size_t kMaxFieldName = 100;  // octets
constexpr std::size_t kFoldAt = 76;         // columns
constexpr std::size_t kMaxFieldWord = 900;  // octets

struct ActionWord {
  std::string_view word;
  Action action;
};

// rspamd's actions. `greylist` alone asks for nothing: its module says `soft reject` where a
// message is to come again. What it would discard or keep apart is refused, for nobody would be
// told of it.
constexpr ActionWord kActions[] = {
    {"no action", Action::pass},      {"greylist", Action::pass},       {"add header", Action::tag},
    {"rewrite subject", Action::tag}, {"soft reject", Action::put_off}, {"reject", Action::reject},
    {"discard", Action::reject},      {"quarantine", Action::reject},
};

void add_field(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  // Addresses may be UTF-8 (RFC 6532), which rspamd reads.
  out.append(name).append(": ");
  for (const char c : value) out += runtime::ascii::is_control(c) ? ' ' : c;
  out += "\r\n";
}

// Control octets and what is not ASCII become spaces.
std::string one_line(std::string_view text, std::size_t most) {
  std::string out;
  for (const char c : text.substr(0, most)) {
    const auto octet = static_cast<unsigned char>(c);
    out += octet < ' ' || octet >= 0x7f ? ' ' : c;
  }
  return out;
}

double number(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return 0;
  return value->to_number<double>();
}

void read_symbols(const json::object& answer, Judgement& out) {
  const json::object* const symbols = schemas::object_member(answer, "symbols");
  if (symbols == nullptr) return;
  std::vector<std::pair<double, std::string>> all;
  for (const auto& [name, value] : *symbols) {
    const double score = value.is_object() ? number(value.as_object(), "score") : 0;
    all.emplace_back(std::abs(score), one_line(name, kMaxSymbol));
  }
  // Those first that say most.
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (all.size() > kMostSymbols) all.resize(kMostSymbols);
  for (auto& [score, name] : all) out.symbols.push_back(std::move(name));
}

// RFC 5322 2.2: printable ASCII without the colon.
bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxFieldName &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return runtime::ascii::is_visible(c) && c != ':'; });
}

// One line: what it folds is unfolded, so that no line of its ends the header.
void take_field(std::string_view name, std::string_view value, Judgement& out) {
  if (!is_field_name(name) || out.fields.size() >= kMostFields) return;
  out.fields.emplace_back(std::string(name), one_line(value, kMaxFieldOctets));
}

// Each value is a text, an object with a text as `value`, or an array of these.
void take_fields(std::string_view name, const json::value& value, Judgement& out) {
  if (const auto* text = value.if_string()) {
    take_field(name, *text, out);
  } else if (const auto* object = value.if_object()) {
    take_field(name, schemas::text_member(*object, "value"), out);
  } else if (const auto* array = value.if_array()) {
    for (const json::value& one : *array) {
      if (!one.is_array()) take_fields(name, one, out);
    }
  }
}

void read_fields(const json::object& answer, Judgement& out) {
  const json::object* const milter = schemas::object_member(answer, "milter");
  if (milter == nullptr) return;
  const json::object* const fields = schemas::object_member(*milter, "add_headers");
  if (fields == nullptr) return;
  for (const auto& [name, value] : *fields) take_fields(name, value, out);
}

}  // namespace

std::string question_head(const Question& question, const runtime::HttpBase& base,
                          std::uint64_t octets) {
  std::string out = "POST /checkv2 HTTP/1.1\r\n";
  add_field(out, "Host", base.authority());
  add_field(out, "Content-Length", std::to_string(octets));
  add_field(out, "IP", runtime::ip_text(question.client));
  add_field(out, "Hostname", question.client_name);
  add_field(out, "Helo", question.helo);
  // Of the null sender too: without the field rspamd takes the author for the sender.
  add_field(out, "From", question.sender.empty() ? "<>" : question.sender);
  for (const std::string& recipient : question.recipients) add_field(out, "Rcpt", recipient);
  add_field(out, "Queue-Id", question.id);
  add_field(out, "MTA-Name", question.host_name);
  if (question.tls_version) add_field(out, "TLS-Version", *question.tls_version);
  return out + "\r\n";
}

std::string field_text(std::string_view name, std::string_view value) {
  std::string out(name);
  out += ':';
  std::size_t column = out.size();
  while (!value.empty()) {
    const std::size_t space = value.find(' ');
    const std::string_view word = value.substr(0, space).substr(0, kMaxFieldWord);
    value.remove_prefix(space == value.npos ? value.size() : space + 1);
    if (word.empty()) continue;
    const bool folds = column + 1 + word.size() > kFoldAt && column > name.size() + 1;
    out.append(folds ? "\r\n\t" : " ").append(word);
    column = (folds ? 1 : column + 1) + word.size();
  }
  return out + "\r\n";
}

Explained<Judgement> read_answer(std::string_view text) {
  const auto value = schemas::parse_strict_json(text);
  if (!value) return Failure{Errc::corrupt, "its answer is no JSON: " + value.error().why};
  if (!value->is_object()) return Failure{Errc::corrupt, "its answer is no object"};
  const json::object& answer = value->as_object();
  if (const auto error = schemas::text_member(answer, "error"); !error.empty()) {
    return Failure{Errc::corrupt, "it says: " + schemas::clean_reply_text(std::string(error))};
  }
  Judgement out;
  out.word = one_line(schemas::text_member(answer, "action"), kMaxActionWord);
  if (out.word.empty()) return Failure{Errc::corrupt, "its answer names no action"};
  // An action of the operator's own making changes nothing here.
  for (const ActionWord& known : kActions) {
    if (known.word == out.word) out.action = known.action;
  }
  out.score = number(answer, "score");
  out.threshold = number(answer, "required_score");
  read_symbols(answer, out);
  if (const auto* messages = schemas::object_member(answer, "messages")) {
    out.text =
        schemas::clean_reply_text(std::string(schemas::text_member(*messages, "smtp_message")));
  }
  read_fields(answer, out);
  return out;
}

}  // namespace waybill::relay::spam
