// Request targets and cursors: whatever comes, nothing breaks, and what is taken can be written
// again and taken as the same.

#include <cstdint>
#include <string_view>

#include "http/target.h"
#include "query/cursor.h"
#include "runtime/base64url.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of one function

namespace {

bool same(const http::Request& a, const http::Request& b) {
  if (a.segments != b.segments || a.parameters.size() != b.parameters.size()) return false;
  for (std::size_t i = 0; i < a.parameters.size(); ++i) {
    if (a.parameters[i].name != b.parameters[i].name) return false;
    if (a.parameters[i].value != b.parameters[i].value) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto request = http::parse_target(text)) {
    const auto again = http::parse_target(http::write_target(*request));
    runtime::check(again.has_value() && same(*request, *again),
                   "a target taken is a target written");
  } else {
    runtime::check(!request.error().why.empty(), "a refusal says why");
  }

  if (const auto octets = runtime::from_base64url(text)) {
    runtime::check(runtime::to_base64url(*octets) == text, "one value has one text");
  }

  projector::HistoryQuestion question;
  question.address = "sales@example.org";
  if (const auto cursor = query::read_cursor(text, question)) {
    runtime::check(query::write_cursor(*cursor, question) == text, "one cursor has one text");
  }
  return 0;
}
