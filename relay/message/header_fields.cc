#include "relay/message/header_fields.h"

#include "runtime/ascii.h"

namespace waybill::relay::message {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }

struct Line {
  std::size_t text_end = 0;
  std::size_t end = 0;
};

Line line_at(std::string_view block, std::size_t at) {
  const std::size_t text_end = block.find_first_of("\r\n", at);
  if (text_end == std::string_view::npos) return {block.size(), block.size()};
  const bool pair = block.substr(text_end, 2) == "\r\n";
  return {text_end, text_end + (pair ? 2 : 1)};
}

HeaderField field_of(std::string_view block, std::size_t begin, Line last) {
  HeaderField field;
  field.begin = begin;
  field.end = last.end;
  field.octets = block.substr(begin, last.text_end - begin);
  const std::size_t colon = field.octets.find(':');
  if (colon == std::string_view::npos) return field;
  field.value = field.octets.substr(colon + 1);
  std::size_t name_end = colon;
  while (name_end > 0 && is_space(field.octets[name_end - 1])) --name_end;
  field.name = field.octets.substr(0, name_end);
  return field;
}

}  // namespace

std::vector<HeaderField> split_header(std::string_view block) {
  std::vector<HeaderField> fields;
  std::size_t at = 0;
  while (at < block.size()) {
    const std::size_t begin = at;
    Line line = line_at(block, at);
    if (line.text_end == begin) break;
    while (line.end < block.size() && is_space(block[line.end])) line = line_at(block, line.end);
    fields.push_back(field_of(block, begin, line));
    at = line.end;
  }
  return fields;
}

std::size_t body_begin(std::string_view message) {
  constexpr std::string_view kEmptyLine = "\r\n\r\n";
  if (message.starts_with("\r\n")) return 2;
  const std::size_t at = message.find(kEmptyLine);
  return at == std::string_view::npos ? message.size() : at + kEmptyLine.size();
}

bool is_field(const HeaderField& field, std::string_view name) {
  return runtime::ascii::equal(field.name, name);
}

bool has_plain_lines(std::string_view octets) {
  for (std::size_t at = 0; at < octets.size(); ++at) {
    const char c = octets[at];
    if (c == '\0' || c == '\n') return false;
    if (c != '\r') continue;
    if (++at == octets.size() || octets[at] != '\n') return false;
  }
  return true;
}

}  // namespace waybill::relay::message
