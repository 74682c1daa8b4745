// Answers of several servers as one, line by line a part: whatever is in them, a page is no longer
// than was asked for and in order, and its cursor can be read.

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <cstdint>
#include <string_view>

#include "query/cursor.h"
#include "query/merge.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of one function
namespace json = boost::json;

namespace {

query::PartialAnswers parts_of(std::string_view text) {
  query::PartialAnswers out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    boost::system::error_code wrong;
    json::value value = json::parse(json::string_view(line.data(), line.size()), wrong);
    if (!wrong && value.is_object()) out.push_back(std::move(value.as_object()));
  }
  return out;
}

void check_page(const json::object& merged, const projector::HistoryQuestion& question) {
  const json::array& entries = merged.at("entries").as_array();
  runtime::check(entries.size() <= question.limit, "a page is as long as was asked for");
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const auto time = [&](std::size_t at) {
      return schemas::parse_rfc3339(entries[at].as_object().at("time").as_string());
    };
    runtime::check(*time(i - 1) >= *time(i), "newest first");
  }
  const json::value* const cursor = merged.if_contains("next_cursor");
  if (cursor == nullptr) return;
  runtime::check(query::read_cursor(cursor->as_string(), question).has_value(),
                 "the next page can be asked for");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const query::PartialAnswers parts = parts_of({reinterpret_cast<const char*>(data), size});
  if (parts.empty()) return 0;
  projector::HistoryQuestion question;
  question.address = "sales@example.org";
  question.limit = 2;
  const json::object history = query::merge_histories(parts, question);
  if (parts.size() == 1) {
    runtime::check(history == parts.front(), "a single part comes back as it is");
    return 0;
  }
  check_page(history, question);
  query::merge_messages(parts, "question");
  const json::object messages = query::merge_message_lists(parts, question.limit, "question");
  runtime::check(messages.at("messages").as_array().size() <= question.limit, "at most so many");
  runtime::check(query::merge_counters(parts).at("total").is_object(), "counters have a sum");
  return 0;
}
