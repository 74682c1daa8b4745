// A question about an address's history, read from a request and brought to the form in which the
// views keep it: "Sales@EXAMPLE.org" is found where "sales@example.org" was written.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "http/parameters.h"
#include "http/problem.h"
#include "projector/history.h"
#include "query/cursor.h"
#include "schemas/address.h"

namespace waybill::query {

inline constexpr std::size_t kDefaultPage = 50;

using LocalCaseOf = std::function<schemas::LocalPartCase(const std::string& domain)>;

// `address` as the views have it; Errc::invalid. A sender may be "<>", the null sender (RFC 5321
// 4.5.5), whose text is empty; a target may name a port ("bob@example.net:2525").
runtime::Result<std::string> normalise(std::string_view address, projector::Role role,
                                       const LocalCaseOf& local_case);

struct Question {
  projector::HistoryQuestion asked;   // as to every partition, `after` left out
  std::optional<HistoryPlace> after;  // where the page begins
};

std::variant<Question, http::Problem> read_question(const std::string& address,
                                                    http::Parameters& parameters,
                                                    const LocalCaseOf& local_case);

// The words of the kinds (schemas/kind.h) that a history may be filtered by: those that speak of a
// delivery.
const std::vector<std::string>& event_kinds();

}  // namespace waybill::query
