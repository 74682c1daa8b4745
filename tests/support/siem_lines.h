// Readers of CEF and LEEF as their documents have it, written apart from what writes them here.
#pragma once

#include <cctype>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::support {

struct SiemLine {
  std::vector<std::string> head;
  std::map<std::string, std::string> fields;
  bool repeated = false;  // a key stands twice
};

// The octet of an escape, of that letter.
inline char of_escape(char letter) {
  if (letter == 'n') return '\n';
  return letter == 'r' ? '\r' : letter;
}

inline void put_field(SiemLine& line, const std::string& key, const std::string& value) {
  line.repeated = line.repeated || line.fields.contains(key);
  line.fields[key] = value;
}

// "CEF:0|vendor|product|version|class|name|severity|extension". nullopt: it is none.
inline std::optional<SiemLine> read_cef(std::string_view text) {
  SiemLine out;
  if (!text.starts_with("CEF:0|") || text.find_first_of("\n\r") != text.npos) return {};
  std::string part;
  std::size_t at = 0;
  for (; at < text.size() && out.head.size() < 7; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      part += text[++at];
    } else if (text[at] == '|') {
      out.head.push_back(part);
      part.clear();
    } else {
      part += text[at];
    }
  }
  if (out.head.size() < 7) return {};
  // A key is what stands between the last space and a "=" that has no backslash.
  const std::string_view rest = text.substr(at);
  std::string key;
  std::string value;
  std::size_t last_space = std::string::npos;  // in `value`, of a space that is not escaped
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '\\' && i + 1 < rest.size()) {
      value += of_escape(rest[++i]);
    } else if (rest[i] == '=') {
      const bool first = key.empty();
      if (!first && last_space == std::string::npos) return {};
      const std::size_t cut = last_space == std::string::npos ? 0 : last_space;
      if (!first) put_field(out, key, value.substr(0, cut));
      key = value.substr(last_space == std::string::npos ? 0 : cut + 1);
      value.clear();
      last_space = std::string::npos;
    } else {
      if (rest[i] == ' ') last_space = value.size();
      value += rest[i];
    }
  }
  if (!key.empty()) put_field(out, key, value);
  return out;
}

// "LEEF:2.0|vendor|product|version|event|x09|attributes". nullopt: it is none.
inline std::optional<SiemLine> read_leef(std::string_view text) {
  SiemLine out;
  if (!text.starts_with("LEEF:2.0|") || text.find_first_of("\n\r") != text.npos) return {};
  while (out.head.size() < 6) {
    const std::size_t bar = text.find('|');
    if (bar == text.npos) return {};
    out.head.emplace_back(text.substr(0, bar));
    text.remove_prefix(bar + 1);
  }
  if (out.head[5] != "x09") return {};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\t'), text.size());
    const std::string_view one = text.substr(0, end);
    const std::size_t equals = one.find('=');
    if (equals == one.npos) return {};
    put_field(out, std::string(one.substr(0, equals)), std::string(one.substr(equals + 1)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace waybill::support
