#include "http/parameters.h"

#include <algorithm>
#include <charconv>

#include "schemas/event.h"

namespace waybill::http {
namespace {

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out;
  for (;;) {
    const auto end = text.find(at);
    out.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

void Parameters::refuse(std::string_view name, std::string detail) {
  refuse(invalid_parameter(std::string(name), std::move(detail)));
}

void Parameters::conflict(std::string_view name, std::string detail) {
  Problem problem = problem_of(409, "conflicting_parameters", std::move(detail));
  problem.parameter = name;
  refuse(std::move(problem));
}

void Parameters::name_nothing(std::string_view name, std::string detail) {
  Problem problem = not_found(std::move(detail));
  problem.parameter = name;
  refuse(std::move(problem));
}

void Parameters::refuse(Problem problem) {
  if (!first_) first_ = std::move(problem);
}

void Parameters::refuse_empty(std::string_view name) {
  refuse(name, "\"" + std::string(name) + "\" is empty: give it a value or leave it out.");
}

std::optional<std::string> Parameters::text(std::string_view name) {
  known_.emplace_back(name);
  const Parameter* found = nullptr;
  for (const auto& parameter : request_.parameters) {
    if (parameter.name != name) continue;
    if (found != nullptr) {
      refuse(name, "\"" + std::string(name) + "\" is given twice: give it once.");
      return std::nullopt;
    }
    found = &parameter;
  }
  if (found == nullptr) return std::nullopt;
  if (found->value.empty()) {
    refuse_empty(name);
    return std::nullopt;
  }
  return found->value;
}

std::optional<runtime::WallTime> Parameters::time(std::string_view name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto time = schemas::parse_rfc3339(*given);
  // The log counts nanoseconds from 1970 in an unsigned number.
  if (time) return std::max(*time, runtime::WallTime{});
  refuse(name,
         "\"" + std::string(name) + "\" must be a time of RFC 3339, such as 2026-03-01T12:00:00Z.");
  return std::nullopt;
}

std::optional<std::size_t> Parameters::number(std::string_view name, std::size_t least,
                                              std::size_t most) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  std::size_t value = 0;
  const char* const end = given->data() + given->size();
  const auto [at, error] = std::from_chars(given->data(), end, value);
  if (error == std::errc() && at == end && value >= least && value <= most) return value;
  refuse(name, "\"" + std::string(name) + "\" must be a number from " + std::to_string(least) +
                   " to " + std::to_string(most) + ".");
  return std::nullopt;
}

std::optional<std::string> Parameters::word(std::string_view name,
                                            const std::vector<std::string>& words) {
  auto given = text(name);
  if (!given || contains(words, *given)) return given;
  refuse(name, "\"" + std::string(name) + "\" must be one of: " + join(words) + ".");
  return std::nullopt;
}

std::vector<std::string> Parameters::list(std::string_view name) {
  known_.emplace_back(name);
  std::vector<std::string> out;
  for (const auto& parameter : request_.parameters) {
    if (parameter.name != name) continue;
    if (parameter.value.empty()) {
      refuse_empty(name);
      return {};
    }
    for (auto& one : split(parameter.value, ',')) out.push_back(std::move(one));
  }
  return out;
}

std::vector<std::string> Parameters::words(std::string_view name,
                                           const std::vector<std::string>& words) {
  auto given = list(name);
  for (const auto& one : given) {
    if (contains(words, one)) continue;
    refuse(name, "\"" + std::string(name) +
                     "\" must be one or more, joined by commas, of: " + join(words) + ".");
    return {};
  }
  std::sort(given.begin(), given.end());
  given.erase(std::unique(given.begin(), given.end()), given.end());
  return given;
}

std::optional<Problem> Parameters::problem() {
  for (const auto& parameter : request_.parameters) {
    if (contains(known_, parameter.name)) continue;
    refuse(parameter.name,
           known_.empty() ? "This address takes no parameters."
                          : "There is no such parameter here; there are: " + join(known_) + ".");
  }
  return first_;
}

}  // namespace waybill::http
