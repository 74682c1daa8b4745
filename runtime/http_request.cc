#include "runtime/http_request.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "runtime/ascii.h"
#include "runtime/version.h"

namespace waybill::runtime {
namespace {

// RFC 9110 5.6.2
bool is_token(std::string_view text) {
  constexpr std::string_view kSeparators = "\"(),/:;<=>?@[\\]{}";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return ascii::is_visible(c) && kSeparators.find(c) == std::string_view::npos;
  });
}

// RFC 9110 5.5; octets above ASCII are for the reader of the field to judge.
bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return (octet < ' ' && octet != '\t') || octet == 0x7f;
  });
}

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 5> kOurs = {"host", "connection", "content-length",
                                                     "transfer-encoding", "proxy-authorization"};
  return std::any_of(kOurs.begin(), kOurs.end(),
                     [&](std::string_view ours) { return ascii::equal(ours, name); });
}

}  // namespace

bool well_formed(const HttpRequest& request) {
  const std::string& target = request.target;
  return is_token(request.method) && !target.empty() && target.front() == '/' &&
         std::all_of(target.begin(), target.end(), ascii::is_visible) &&
         std::all_of(request.fields.begin(), request.fields.end(), [](const auto& field) {
           return is_token(field.first) && is_value(field.second) && !is_ours(field.first);
         });
}

namespace {

std::string agent() { return "User-Agent: waybill/" + std::string(kRelease) + "\r\n"; }

std::string authorization(const HttpProxy& proxy) {
  if (proxy.authorization.empty()) return {};
  return "Proxy-Authorization: " + proxy.authorization + "\r\n";
}

std::string octets(const HttpRequest& request, const HttpBase& base, std::string_view target,
                   std::string_view first_fields) {
  std::string out;
  constexpr std::size_t kUsualHead = 1 << 10;
  out.reserve(kUsualHead + request.body.size());
  out.append(request.method).append(" ").append(target);
  out.append(" HTTP/1.1\r\nHost: ").append(base.authority()).append("\r\n");
  out.append(agent()).append(first_fields);
  for (const auto& [name, value] : request.fields) {
    out.append(name).append(": ").append(value).append("\r\n");
  }
  // RFC 9110 8.6: methods that mean nothing by a body say nothing of its length.
  const bool bare = request.method == "GET" || request.method == "HEAD";
  if (!bare || !request.body.empty()) {
    out.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  return out.append("\r\n").append(request.body);
}

}  // namespace

std::string octets_of(const HttpRequest& request, const HttpBase& base) {
  return octets(request, base, request.target, "");
}

std::string octets_of(const HttpRequest& request, const HttpBase& base, const HttpProxy& proxy) {
  const std::string url = "http://" + base.authority() + request.target;
  return octets(request, base, url, authorization(proxy));
}

std::string way_asked_for(const HttpBase& base, const HttpProxy& proxy) {
  const std::string to = base.authority();
  return "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n" + agent() + authorization(proxy) +
         "\r\n";
}

}  // namespace waybill::runtime
