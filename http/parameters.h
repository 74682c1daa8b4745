// Parameters: the query of one request, read by name. A handler asks for each name that the
// route knows and calls problem() at the end: a name nobody asked for, a name given twice that is
// none of a list, and a value of the wrong kind are refused, never ignored, because an ignored
// filter gives a wrong answer that looks right.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/problem.h"
#include "http/request.h"
#include "runtime/time.h"

namespace waybill::http {

class Parameters {
 public:
  // `request` outlives this.
  explicit Parameters(const Request& request) : request_(request) {}

  // Each gives nullopt for a parameter that is absent or wrong.
  std::optional<std::string> text(std::string_view name);
  // RFC 3339; before 1970 nothing happened, so that is the earliest time there is.
  std::optional<runtime::WallTime> time(std::string_view name);
  std::optional<std::size_t> number(std::string_view name, std::size_t least, std::size_t most);
  std::optional<std::string> word(std::string_view name, const std::vector<std::string>& words);
  // A list: joined by commas, or the name given again for each, as many clients write it; empty
  // where the parameter is absent or wrong.
  std::vector<std::string> list(std::string_view name);
  // The same, each one of `words`; sorted, and each once.
  std::vector<std::string> words(std::string_view name, const std::vector<std::string>& words);

  // A finding of the caller's about one of its parameters. The first problem is the one reported.
  void refuse(std::string_view name, std::string detail);
  // Each is well by itself, and they do not go together: 409 (RFC 9110 15.5.10).
  void conflict(std::string_view name, std::string detail);
  // A name that nothing can have: 404.
  void name_nothing(std::string_view name, std::string detail);
  // Any other.
  void refuse(Problem problem);

  // After the last name was asked for. "reason" is the server's own (request.h).
  std::optional<Problem> problem();

 private:
  void refuse_empty(std::string_view name);

  const Request& request_;
  std::vector<std::string> known_;
  std::optional<Problem> first_;
};

}  // namespace waybill::http
