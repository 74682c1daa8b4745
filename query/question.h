// A question about the history of an address or of a client, read from a request and brought to the
// form in which the views keep it: "Sales@EXAMPLE.org" is found where "sales@example.org" was
// written, of a sender or a target also the other way round.
#pragma once

#include <string>
#include <variant>

#include "http/parameters.h"
#include "http/problem.h"
#include "projector/history.h"
#include "query/cursor.h"
#include "query/sources.h"

namespace waybill::query {

inline constexpr std::size_t kDefaultPage = 50;

// Which spellings of the address are asked for.
enum class Match {
  mailbox,  // all that its domain takes for the same; of another's domain, any case and any tag
  exact,    // this one alone
};

// Sets address and spellings of `question`, whose role is set: the address as the views have it, or
// what its spellings have in common. A sender may be "<>", the null sender (RFC 5321 4.5.5), whose
// text is empty; a target may name a port ("bob@example.net:2525"), which makes no difference.
// Errc::invalid.
runtime::Result<void> set_address(projector::HistoryQuestion& question, std::string_view address,
                                  Match match, const LocalPartsOf& local_parts);

// A target without its port: "bob@example.net:2525", "bob@[2001:db8::1]". Errc::invalid.
runtime::Result<schemas::Address> parse_target(std::string_view text);

struct Question {
  projector::HistoryQuestion asked;   // as to every partition, `after` left out
  std::optional<HistoryPlace> after;  // where the page begins
};

std::variant<Question, http::Problem> read_question(const std::string& address,
                                                    http::Parameters& parameters,
                                                    const LocalPartsOf& local_parts);
// About what a client was told; `ip` is its address.
std::variant<Question, http::Problem> read_client_question(const std::string& ip,
                                                           http::Parameters& parameters);

// The words of the kinds (schemas/kind.h) that a history may be filtered by: those that speak of a
// delivery.
const std::vector<std::string>& event_kinds();

}  // namespace waybill::query
