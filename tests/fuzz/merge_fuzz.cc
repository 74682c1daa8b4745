// Answers of other servers as one, line by line a part: whatever is in them, what is taken makes a
// page no longer than was asked for and in order, whose cursor can be read and whose text is JSON.

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <cstdint>
#include <string_view>

#include "query/cursor.h"
#include "query/merge.h"
#include "query/peer_parts.h"
#include "query/render.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of one function
namespace json = boost::json;

namespace {

std::vector<query::PeerSaid> answers_of(std::string_view text) {
  std::vector<query::PeerSaid> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    boost::system::error_code wrong;
    json::value value = json::parse(json::string_view(line.data(), line.size()), wrong);
    if (!wrong && value.is_object()) {
      out.push_back({std::move(value.as_object()), {0}, line.size()});
    }
  }
  return out;
}

// What is taken of the answers by `read`.
template <class Read>
auto parts_of(const std::vector<query::PeerSaid>& answers, Read read) {
  std::vector<typename decltype(read(answers.front()))::value_type> parts;
  for (const query::PeerSaid& said : answers) {
    if (auto part = read(said)) parts.push_back(std::move(*part));
  }
  return parts;
}

void check_text(const std::string& text) {
  boost::system::error_code wrong;
  json::parse(text, wrong);
  runtime::check(!wrong, "an answer is JSON");
}

void check_history(const std::vector<query::PeerSaid>& answers) {
  projector::HistoryQuestion question;
  question.address = "sales@example.org";
  question.limit = 2;
  const auto parts = parts_of(answers, [&](query::PeerSaid said) {
    return query::read_history_part(std::move(said), question);
  });
  const auto merged = query::merge_histories(parts, question.limit);
  check_text(query::render_history(question, merged, {}));
  if (parts.size() == 1) return;  // as it came
  runtime::check(merged.lines.size() <= question.limit, "a page is as long as was asked for");
  for (std::size_t i = 1; i < merged.lines.size(); ++i) {
    runtime::check(merged.lines[i - 1].place >= merged.lines[i].place, "newest first");
  }
}

void check_messages(const std::vector<query::PeerSaid>& answers) {
  constexpr char kQuestion[] = "question";
  const auto parts = parts_of(answers, [&](query::PeerSaid said) {
    return query::read_messages_part(std::move(said), kQuestion);
  });
  const auto merged = query::merge_messages(parts, 2);
  check_text(query::render_messages("1@x", kQuestion, merged, {}));
  if (parts.size() == 1) return;
  runtime::check(merged.lines.size() <= projector::kMaxEvents, "at most so many");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto answers = answers_of({reinterpret_cast<const char*>(data), size});
  if (answers.empty()) return 0;
  check_history(answers);
  check_messages(answers);
  const auto message = parts_of(answers, [](query::PeerSaid said) {
    return query::read_message_part(std::move(said), "question");
  });
  query::merge_messages(message, 1);
  const auto counters = parts_of(answers, query::read_counters_part);
  check_text(query::render_counters({}, query::merge_counters(counters), {}));
  for (const auto& part : parts_of(answers, query::read_delivery_part)) {
    check_text(query::render_delivery(part, {}));
  }
  return 0;
}
