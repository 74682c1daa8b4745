// parse(): the one reader of what people type into the search box. The box, `waybill trace` and the
// API ask it, so that one text means the same everywhere. docs/search.md is its manual.
//
// Each word of the text is used or refused: none is dropped without a note, and no filter is added
// in silence. A text that asks for nothing carried out here (a wildcard in front, AND and OR, a
// regular expression) is refused in words, with its place and, where one is known, a text that
// works. What is accepted has one canonical text, and that parses to the same query.
//
// Pure: the time, the reader's offset and what is ours come as arguments. It reads any octets, in
// time linear in their number but for nearest words, which are bounded. Any thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "query/search/query.h"
#include "query/search/refusal.h"
#include "runtime/time.h"

namespace waybill::query::search {

// Octets of a query: as many as a command line has for one address (schemas/address.h), which is
// the longest thing that it may hold.
inline constexpr std::size_t kMaxLine = schemas::kMaxMailbox;
// Octets of a pasted header: a mail through a dozen servers with their seals has some 20 KiB.
inline constexpr std::size_t kMaxPasted = 64 << 10;
// Terms of a query: each is a look-up of its own.
inline constexpr std::size_t kMaxTerms = 20;
// Offers of one pasted header: more are no choice but a list.
inline constexpr std::size_t kMaxOffers = 20;

struct Context {
  runtime::WallTime now;
  std::chrono::minutes utc_offset{0};  // of the reader, east of Greenwich positive
  // Whether the domain (A-labels) is one that this server takes mail for and the reader may see.
  std::function<bool(const std::string& domain)> is_ours = [](const std::string&) { return false; };
  std::vector<std::string> rules;   // the words of docs/rules.md
  std::vector<std::string> states;  // of deliveries, besides the kinds of events
  // Where this dashboard is seen: "https://mx.example.org"; empty: nowhere.
  std::string dashboard;
};

// An address of the dashboard was pasted: the page to go to, as path, query and fragment.
struct Place {
  std::string path;  // begins with one "/"
};

using Parsed = std::variant<Query, Place, Refusal>;

Parsed parse(std::string_view text, const Context& context);

}  // namespace waybill::query::search
