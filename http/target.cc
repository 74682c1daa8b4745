#include "http/target.h"

#include <cstdint>
#include <optional>

#include "runtime/ascii.h"
#include "runtime/hex.h"
#include "schemas/utf8.h"

namespace waybill::http {
namespace {

using runtime::Errc;
using runtime::make_error_code;

constexpr std::string_view kSubDelims = "!$&'()*+,;=";

bool is_unreserved(char c) {
  return runtime::ascii::is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// RFC 3986 3.3
bool is_pchar(char c) {
  return is_unreserved(c) || kSubDelims.find(c) != std::string_view::npos || c == ':' || c == '@';
}

// RFC 3986 3.4
bool is_query_char(char c) { return is_pchar(c) || c == '/' || c == '?'; }

std::string quoted(char c) {
  const auto octet = static_cast<std::uint8_t>(c);
  if (octet > 0x20 && octet < 0x7F) return std::string("\"") + c + "\"";
  return "octet " + std::to_string(octet);
}

std::optional<std::string> decode(std::string_view text, bool (*allowed)(char), std::string& why) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!allowed(text[i])) {
        why = quoted(text[i]) +
              " may not stand in a request target: percent-encode it (RFC 3986 2.1)";
        return std::nullopt;
      }
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? runtime::hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? runtime::hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      why = "\"%\" must be followed by two hexadecimal digits; a percent sign itself is \"%25\"";
      return std::nullopt;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!schemas::is_clean_utf8(out)) {
    why = "the request target must decode to UTF-8 without control characters";
    return std::nullopt;
  }
  return out;
}

std::optional<std::string_view> path_and_query(std::string_view target, std::string& why) {
  constexpr std::string_view kScheme = "http://";
  if (target.starts_with('/')) return target;
  if (!target.starts_with(kScheme)) {
    why = "the request target must be a path that begins with \"/\"";
    return std::nullopt;
  }
  target.remove_prefix(kScheme.size());
  const auto slash = target.find_first_of("/?#");
  if (slash == std::string_view::npos) return "/";
  if (target[slash] != '/') {
    why = "the request target has no path after its host";
    return std::nullopt;
  }
  return target.substr(slash);
}

bool parse_path(std::string_view path, Request& request, std::string& why) {
  path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    auto segment = decode(path.substr(0, slash), is_pchar, why);
    if (!segment) return false;
    request.segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

bool parse_query(std::string_view query, Request& request, std::string& why) {
  for (;;) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    const auto equals = pair.find('=');
    if (request.parameters.size() == kMaxParameters) {
      why = "more than " + std::to_string(kMaxParameters) + " parameters";
      return false;
    }
    if (equals == std::string_view::npos || equals == 0) {
      why = "a query is \"name=value\" pairs joined by \"&\"";
      return false;
    }
    auto name = decode(pair.substr(0, equals), is_query_char, why);
    if (!name) return false;
    auto value = decode(pair.substr(equals + 1), is_query_char, why);
    if (!value) return false;
    request.parameters.push_back({std::move(*name), std::move(*value)});
    if (end == std::string_view::npos) return true;
    query.remove_prefix(end + 1);
  }
}

}  // namespace

runtime::Result<Request> parse_target(std::string_view target, std::string& why) {
  const auto rest = path_and_query(target, why);
  if (!rest) return make_error_code(Errc::invalid);
  const auto mark = rest->find('?');
  Request request;
  if (!parse_path(rest->substr(0, mark), request, why)) return make_error_code(Errc::invalid);
  if (mark == std::string_view::npos) return request;
  const auto query = rest->substr(mark + 1);
  // "/livez?" asks nothing; that is not worth a refusal.
  if (query.empty()) return request;
  if (!parse_query(query, request, why)) return make_error_code(Errc::invalid);
  return request;
}

std::string write_target(const Request& request) {
  std::string out;
  for (const auto& segment : request.segments) out += "/" + runtime::percent_encode(segment);
  char mark = '?';
  for (const auto& [name, value] : request.parameters) {
    out += mark + runtime::percent_encode(name) + "=" + runtime::percent_encode(value);
    mark = '&';
  }
  return out;
}

}  // namespace waybill::http
