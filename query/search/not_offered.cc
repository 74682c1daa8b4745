#include "query/search/not_offered.h"

#include <algorithm>

#include "query/search/lexer.h"
#include "runtime/ascii.h"

namespace waybill::query::search {
namespace {

namespace ascii = runtime::ascii;

Fault refuse(Wrong wrong, std::string words, Span at, std::optional<Repair> repair = {}) {
  return {wrong, std::move(words), at, std::move(repair)};
}

// In quotes it is a word.
Repair as_word(const Piece& piece) { return {piece.at, quote(piece.text)}; }

// The same of "or" and "not", which are words of a language where they are in lower case.
std::optional<Repair> as_plain_word(const Piece& piece) {
  if (!ascii::is_lower(piece.text.front())) return std::nullopt;
  return as_word(piece);
}

bool is_and(std::string_view text) {
  return ascii::equal(text, "and") || text == "&&" || text == "&" || text == "+";
}
bool is_or(std::string_view text) {
  return ascii::equal(text, "or") || text == "||" || text == "|";
}
bool is_not(std::string_view text) {
  return ascii::equal(text, "not") || text == "!" || text.starts_with('!');
}

std::optional<Fault> boolean(const Piece& piece) {
  const std::string_view text = piece.text;
  if (is_and(text)) {
    return refuse(Wrong::boolean,
                  "Words side by side must all fit, so there is no AND; in quotes it is a word.",
                  piece.at, Repair{piece.at, ""});
  }
  if (is_or(text)) {
    return refuse(Wrong::boolean,
                  "There is no OR across fields; a field that is named twice means either, as "
                  "in \"from:ann* from:bob*\".",
                  piece.at, as_plain_word(piece));
  }
  if (is_not(text) && text.find('@') == std::string_view::npos) {
    return refuse(Wrong::boolean,
                  "There is no NOT; a - goes in front of is:, rule:, status: and class:.", piece.at,
                  as_plain_word(piece));
  }
  return std::nullopt;
}

// The text without parentheses, which only group.
std::optional<Fault> parenthesis(const Piece& piece, const std::string& plain) {
  const std::size_t found = plain.find_first_of("()");
  if (found == std::string::npos) return std::nullopt;
  std::string without = piece.text;
  std::erase_if(without, [](char c) { return c == '(' || c == ')'; });
  return refuse(Wrong::parenthesis, "There are no parentheses: all words must fit.",
                Span{piece.at.at + found, 1}, Repair{piece.at, std::move(without)});
}

std::optional<Fault> regex(const Piece& piece, const std::string& plain) {
  const bool slashes = plain.size() > 1 && plain.front() == '/' && plain.back() == '/';
  const bool anchors = plain.starts_with('^') || plain.ends_with('$');
  const bool escape = plain.find('\\') != std::string::npos;
  if (!slashes && !anchors && !escape) return std::nullopt;
  return refuse(Wrong::regex,
                "There are no regular expressions; a trailing * stands for any ending, and in "
                "quotes it is a word.",
                piece.at, as_word(piece));
}

std::optional<Fault> fuzzy(const Piece& piece, const std::string& plain) {
  const std::size_t tilde = plain.find_last_not_of("0123456789");
  if (tilde == std::string::npos || tilde == 0 || plain[tilde] != '~') return std::nullopt;
  return refuse(Wrong::fuzzy,
                "There is no ~ for words that are alike; near addresses are named where nothing "
                "is found.",
                Span{piece.at.at + tilde, 1}, Repair{piece.at, piece.text.substr(0, tilde)});
}

std::optional<Fault> range(const Piece& piece, const std::string& plain) {
  const bool braces = plain.find_first_of("{}") != std::string::npos;
  const bool compares = plain.starts_with('>');
  if (!braces && !compares) return std::nullopt;
  return refuse(Wrong::range,
                "There are no ranges but those of time: after:, before:, since:; in quotes it is a "
                "word.",
                piece.at, as_word(piece));
}

// The nearest beginning: "*ales@x" as "ales*@x", "te*xt" as "te*".
std::optional<Repair> nearest_prefix(const Piece& piece) {
  const std::size_t at = piece.text.find('@');
  std::string_view local = std::string_view(piece.text).substr(0, at);
  const std::size_t front = local.find_first_not_of("*?%");
  if (front == std::string_view::npos) return std::nullopt;
  local.remove_prefix(front);
  local = local.substr(0, local.find_first_of("*?%"));
  std::string out = std::string(local) + '*';
  if (at == std::string::npos) return Repair{piece.at, std::move(out)};
  std::string_view domain = std::string_view(piece.text).substr(at);
  domain = domain.substr(0, domain.find_first_of("*?%"));
  const bool whole = domain.size() == piece.text.size() - at && domain.size() > 1;
  if (whole) out += domain;
  return Repair{piece.at, std::move(out)};
}

Fault wildcard(const Piece& piece, std::size_t at) {
  return refuse(Wrong::wildcard,
                "A * stands behind the beginning of an address, as in sub* or sub*@example.org, or "
                "for all of a domain, as in *@example.org; there is no other wildcard.",
                Span{piece.at.at + at, 1}, nearest_prefix(piece));
}

}  // namespace

std::optional<Fault> bad_wildcard(const Piece& piece) {
  const std::string plain = blinded(piece.text);
  if (const std::size_t mark = plain.find('?'); mark != std::string::npos) {
    return wildcard(piece, mark);
  }
  const std::size_t star = plain.find('*');
  if (star == std::string::npos) return std::nullopt;
  const std::size_t at = plain.find('@');
  const std::size_t end = at == std::string::npos ? plain.size() : at;
  const bool alone = star == 0 && (at != 1 || plain.size() == 2);
  const bool no_domain = at != std::string::npos && at + 1 == plain.size();
  if (star + 1 == end && !alone && !no_domain && plain.find('*', star + 1) == std::string::npos) {
    return std::nullopt;
  }
  return wildcard(piece, star);
}

std::optional<Fault> not_offered(const Piece& piece) {
  const std::string plain = blinded(piece.text);
  const bool may_be_address = plain.find('@') != std::string::npos;
  if (auto found = boolean(piece)) return found;
  if (auto found = parenthesis(piece, plain)) return found;
  // Local parts may have these characters (RFC 5322 3.2.3).
  if (!may_be_address) {
    if (auto found = regex(piece, plain)) return found;
    if (auto found = fuzzy(piece, plain)) return found;
    if (auto found = range(piece, plain)) return found;
  }
  if (!may_be_address && (plain.starts_with('%') || plain.ends_with('%'))) {
    return wildcard(piece, plain.find('%'));
  }
  return bad_wildcard(piece);
}

}  // namespace waybill::query::search
