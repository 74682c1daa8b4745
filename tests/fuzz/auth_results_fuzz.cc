// Any octets as a header: the ranges found are whole lines of it, in order. Any octets as values:
// what is written is one field, and only its own host finds it.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relay/message/header_fields.h"
#include "relay/trust/auth_results.h"

namespace {

namespace message = waybill::relay::message;
namespace trust = waybill::relay::trust;

void require(bool kept) {
  if (!kept) std::abort();
}

void ranges_are_whole_lines(std::string_view header) {
  std::size_t last = 0;
  for (const trust::OctetRange& range : trust::find_auth_results(header, "mx.us.test")) {
    require(last <= range.begin && range.begin < range.end && range.end <= header.size());
    require(range.begin == 0 || header[range.begin - 1] == '\n' || header[range.begin - 1] == '\r');
    last = range.end;
  }
}

void fields_cover_the_header(std::string_view header) {
  std::size_t last = 0;
  for (const message::HeaderField& field : message::split_header(header)) {
    require(field.begin == last && field.end > field.begin);
    require(field.name.size() + field.value.size() <= field.octets.size());
    last = field.end;
  }
  require(last <= header.size());
}

void nothing_breaks_out(std::string_view text) {
  const std::string value(text);
  const std::string field = trust::write_auth_results(
      "mx.us.test", {{"spf", "fail", value, {{"smtp", "mailfrom", value}}},
                     {"dkim", value, "", {{"header", value, value}}}});
  require(message::has_plain_lines(field) && field.ends_with("\r\n"));
  std::size_t line = 0;
  for (const char c : field) {
    require(c == '\r' || c == '\n' || c == '\t' || (c >= ' ' && c <= '~'));
    line = c == '\n' ? 0 : line + 1;
    require(line < 998 + 2);
  }
  const auto fields = message::split_header(field);
  require(fields.size() == 1 && fields[0].end == field.size());
  require(trust::find_auth_results(field, "mx.us.test").size() == 1);
  require(trust::find_auth_results(field, "mx.them.test").empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ranges_are_whole_lines(text);
  ranges_are_whole_lines("Authentication-Results:" + std::string(text));
  fields_cover_the_header(text);
  nothing_breaks_out(text);
  return 0;
}
