#include "http/target.h"

#include <cstdint>
#include <optional>

#include "runtime/ascii.h"
#include "runtime/hex.h"
#include "schemas/utf8.h"

namespace waybill::http {
namespace {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

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

Failure refused(std::string why) { return {Errc::invalid, std::move(why)}; }

Explained<std::string> decode(std::string_view text, bool (*allowed)(char)) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!allowed(text[i])) {
        return refused(quoted(text[i]) +
                       " may not stand in a request target: percent-encode it (RFC 3986 2.1)");
      }
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? runtime::hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? runtime::hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return refused(
          "\"%\" must be followed by two hexadecimal digits; a percent sign itself is \"%25\"");
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!schemas::is_clean_utf8(out)) {
    return refused("the request target must decode to UTF-8 without control characters");
  }
  return out;
}

// RFC 3986 3.1: schemes are compared without regard to case; clients write this one.
constexpr std::string_view kScheme = "http://";

Explained<std::string_view> path_and_query(std::string_view target) {
  if (target.starts_with('/')) return target;
  if (!target.starts_with(kScheme)) {
    return refused("the request target must be a path that begins with \"/\"");
  }
  target.remove_prefix(kScheme.size());
  const auto slash = target.find_first_of("/?#");
  if (slash == std::string_view::npos) return "/";
  if (target[slash] != '/') return refused("the request target has no path after its host");
  return target.substr(slash);
}

Explained<void> parse_path(std::string_view path, Request& request) {
  path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    auto segment = decode(path.substr(0, slash), is_pchar);
    if (!segment) return segment.error();
    request.segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
}

Explained<void> parse_query(std::string_view query, Request& request) {
  for (;;) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    const auto equals = pair.find('=');
    if (request.parameters.size() == kMaxParameters) {
      return refused("more than " + std::to_string(kMaxParameters) + " parameters");
    }
    if (equals == std::string_view::npos || equals == 0) {
      return refused("a query is \"name=value\" pairs joined by \"&\"");
    }
    auto name = decode(pair.substr(0, equals), is_query_char);
    if (!name) return name.error();
    auto value = decode(pair.substr(equals + 1), is_query_char);
    if (!value) return value.error();
    request.parameters.push_back({std::move(*name), std::move(*value)});
    if (end == std::string_view::npos) return {};
    query.remove_prefix(end + 1);
  }
}

}  // namespace

Explained<Request> parse_target(std::string_view target) {
  const auto rest = path_and_query(target);
  if (!rest) return rest.error();
  const auto mark = rest->find('?');
  Request request;
  if (const auto path = parse_path(rest->substr(0, mark), request); !path) return path.error();
  if (mark == std::string_view::npos) return request;
  const auto query = rest->substr(mark + 1);
  // "/livez?" asks nothing; that is not worth a refusal.
  if (query.empty()) return request;
  if (const auto pairs = parse_query(query, request); !pairs) return pairs.error();
  return request;
}

std::optional<std::string_view> authority_of(std::string_view target) {
  if (!target.starts_with(kScheme)) return std::nullopt;
  target.remove_prefix(kScheme.size());
  return target.substr(0, target.find_first_of("/?#"));
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
