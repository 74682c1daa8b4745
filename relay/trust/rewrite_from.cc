#include "relay/trust/rewrite_from.h"

#include <algorithm>
#include <vector>

#include "relay/message/header_fields.h"
#include "relay/trust/authors.h"
#include "runtime/ascii.h"
#include "schemas/utf8.h"

namespace waybill::relay::trust {
namespace {

constexpr std::string_view kFrom = "From";
constexpr std::string_view kReplyTo = "Reply-To";
constexpr std::string_view kOriginalFrom = "X-Original-From";

// Octets of one line of a name: behind it there is room for our words (RFC 5322 2.1.1: 998).
constexpr std::size_t kLongestNameLine = 700;

// RFC 5322 3.2.3
bool is_atext(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~";
  return runtime::ascii::is_alphanumeric(c) || kMarks.find(c) != std::string_view::npos;
}

// As a word of a name (RFC 5322 3.2.5).
std::string word_of(std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_atext)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// What a name does not hold outside of quotes and comments (RFC 5322 3.2.3, specials): these end or
// open something. The "." is an obsolete one, and common.
bool ends_name(char c) { return std::string_view(":;,@>[]").find(c) != std::string_view::npos; }

// The name in front of the angle-addr, as it is written; empty: there is none, or none that is sure
// to end where it seems to.
std::string_view name_in(std::string_view from) {
  bool quoted = false;
  int comments = 0;
  for (std::size_t at = 0; at < from.size(); ++at) {
    const char c = from[at];
    if (c == '\\' && (quoted || comments > 0)) {
      ++at;
    } else if (quoted) {
      quoted = c != '"';
    } else if (c == '(') {
      ++comments;
    } else if (c == ')') {
      if (--comments < 0) return {};
    } else if (comments == 0 && c == '"') {
      quoted = true;
    } else if (comments == 0 && c == '<') {
      return runtime::ascii::trim(from.substr(0, at), " \t\r\n");
    } else if (comments == 0 && (ends_name(c) || c == '\\')) {
      return {};
    }
  }
  return {};
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find("\r\n", at), text.size());
    longest = std::max(longest, end - at);
    at = end + 2;
  }
  return longest;
}

std::string from_field(std::string_view name, const schemas::Address& alias) {
  return std::string(kFrom) + ": " + std::string(name) + "\r\n via " + word_of(alias.local()) +
         " <" + alias.text() + ">\r\n";
}

bool names_alone(const std::string& field, const schemas::Address& alias) {
  const Authors read = authors_of(field);
  return read.from == From::readable && read.domains.size() == 1 && read.mailbox == alias;
}

std::string new_from(std::string_view value, const schemas::Address& author,
                     const schemas::Address& alias) {
  const std::string_view name = name_in(value);
  if (!name.empty() && longest_line(name) <= kLongestNameLine) {
    std::string field = from_field(name, alias);
    if (names_alone(field, alias)) return field;
  }
  // An address longer than its local part's limit of RFC 5321 4.5.3.1.1 is shown in part.
  constexpr std::size_t kMaxLocal = 64;
  return from_field(word_of(schemas::cut_utf8(author.local(), kMaxLocal)), alias);
}

}  // namespace

bool needs_rescue(const Judgement& judgement) {
  const dmarc::DmarcResult& dmarc = judgement.dmarc;
  if (dmarc.code != dmarc::DmarcCode::pass || dmarc.published == dmarc::Policy::none) return false;
  if (judgement.from != From::readable || !judgement.mailbox) return false;
  const bool by_dkim = std::any_of(
      dmarc.aligned.begin(), dmarc.aligned.end(),
      [](const dmarc::AlignedIdentifier& one) { return one.method == dmarc::Method::dkim; });
  const bool may_be = std::any_of(
      judgement.dkim.begin(), judgement.dkim.end(),
      [](const dkim::DkimResult& one) { return one.word == dkim::DkimWord::temperror; });
  return !by_dkim && !may_be;
}

std::optional<std::string> rewrite_from(std::string_view header, const schemas::Address& author,
                                        const schemas::Address& alias) {
  if (alias.needs_smtputf8() || !message::has_plain_lines(header)) return std::nullopt;
  const auto fields = message::split_header(header);
  const auto is = [](std::string_view name) {
    return [name](const message::HeaderField& field) { return message::is_field(field, name); };
  };
  if (std::count_if(fields.begin(), fields.end(), is(kFrom)) != 1) return std::nullopt;
  const bool answers = std::any_of(fields.begin(), fields.end(), is(kReplyTo));
  std::string out;
  for (const message::HeaderField& field : fields) {
    if (message::is_field(field, kOriginalFrom)) continue;
    if (!message::is_field(field, kFrom)) {
      out += header.substr(field.begin, field.end - field.begin);
      continue;
    }
    const std::string field_of_alias = new_from(field.value, author, alias);
    if (!names_alone(field_of_alias, alias)) return std::nullopt;
    out += field_of_alias;
    out.append(kOriginalFrom).append(":").append(field.value).append("\r\n");
    if (!answers) out.append(kReplyTo).append(":").append(field.value).append("\r\n");
  }
  out += header.substr(fields.back().end);
  return out;
}

}  // namespace waybill::relay::trust
