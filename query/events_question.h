// A question about events by what they say, read from a request: conditions that must all hold, of
// which each may name several words that are as good as each other.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/parameters.h"
#include "http/problem.h"
#include "projector/history.h"
#include "query/cursor.h"

namespace waybill::query {

struct EventsSearch {
  projector::EventsQuestion question;  // as to every partition, `before` left out
  EventsPlace after;                   // where the page begins; empty: at the end
  std::string domain;                  // the one of ours that it names; empty: none, or several
  std::vector<std::string> subjects;   // what is looked at, for the record of who asked
};

std::variant<EventsSearch, http::Problem> read_events_search(http::Parameters& parameters);

// Of those parameters that a reader of the log may read as one name alone, those that are more.
struct AsLists {
  bool domain = false;
  bool address = false;
};

struct FurtherConditions {
  projector::EventsWanted wanted;
  std::vector<std::string> subjects;  // as above
};

// The conditions that readers of the log have too (log_question.h); what is wrong `parameters`
// says.
FurtherConditions read_further_conditions(http::Parameters& parameters, AsLists lists);

// As a cursor has it (cursor.h).
std::string text_of(const projector::EventsWanted& wanted);

// A word as an item of a list: in quotes, where it would be read as another.
std::string listed(std::string_view word);

// Of an address that may end in "*": "sales-*", "sales-*@example.org", "*@example.org".
inline constexpr char kAnyEnding = '*';
// Between words of which an event has one, and between addresses of which it has each.
inline constexpr char kEither = ',';
inline constexpr char kBoth = ';';
// In front of a word that an event must not have.
inline constexpr char kWithout = '-';

}  // namespace waybill::query
