// Tokens of one line of search text: what stands between blanks, commas and semicolons, with quotes
// and angle brackets whole, and `key:value` apart. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "query/search/fault.h"

namespace waybill::query::search {

struct Token {
  // Without separators behind it; of a keyed one the value alone; of one that is quoted as a whole,
  // what the quotes hold.
  std::string text;
  bool quoted = false;
  bool keyed = false;
  bool negated = false;  // a "-" stood in front
  std::string key;       // in lower case, "-" written as "_"
  Span at;               // all of it, with its separators
  Span text_at;          // of `text`, with its quotes
};

// Refused: a quote that does not end, an angle bracket that does not.
Read<std::vector<Token>> lex(std::string_view line);

// `text` if it is one quoted string and nothing else: without its quotes and backslashes.
std::optional<std::string> unquoted(std::string_view text);
// The other way round.
std::string quote(std::string_view text);

// The members of a list of values, split at commas outside quotes, as spans of `text`.
std::vector<Span> list_members(std::string_view text);

// `text` with "x" for each octet inside quotes or angle brackets, and for these.
std::string blinded(std::string_view text);

// "https://...": such a word is whole, whatever it holds.
bool is_url(std::string_view word);

// Whether it looks like an IP address or a network, right or wrong: digits, dots and colons.
bool looks_like_network(std::string_view text);

}  // namespace waybill::query::search
