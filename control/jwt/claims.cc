#include "control/jwt/claims.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "control/jwt/refusal.h"
#include "schemas/json_members.h"
#include "schemas/strict_json.h"
#include "schemas/utf8.h"

namespace waybill::control {
namespace {

namespace json = boost::json;
using runtime::Explained;

// 2200-01-01, in seconds since 1970.
constexpr NumericDate kFarthest{7'258'118'400.0};

// nullopt: it is no number.
std::optional<NumericDate> date_of(const json::value& value) {
  if (value.is_int64()) return NumericDate(static_cast<double>(value.get_int64()));
  if (value.is_uint64()) return NumericDate(static_cast<double>(value.get_uint64()));
  if (value.is_double()) return NumericDate(value.get_double());
  return std::nullopt;
}

// nullopt: it is not there.
Explained<std::optional<NumericDate>> date_if_there(const json::object& claims,
                                                    std::string_view name) {
  std::optional<NumericDate> out;
  const json::value* const value = claims.if_contains(name);
  if (value == nullptr) return out;
  out = date_of(*value);
  if (!out) return refused("the token's " + std::string(name) + " is no number of seconds");
  return out;
}

Explained<std::string> text_of(const json::object& claims, std::string_view name) {
  const json::value* const value = claims.if_contains(name);
  if (value == nullptr) return refused("the token has no " + std::string(name));
  if (!value->is_string()) return refused("the token's " + std::string(name) + " is no text");
  return std::string(schemas::text_member(claims, name));
}

Explained<std::string> subject_of(const json::object& claims) {
  auto subject = text_of(claims, "sub");
  if (!subject) return subject.error();
  if (subject->empty()) return refused("the token's sub is empty");
  if (subject->size() > kLongestSubject) {
    return refused("the token's sub has " + std::to_string(subject->size()) +
                   " octets, more than " + std::to_string(kLongestSubject));
  }
  if (!schemas::is_clean_utf8(*subject)) return refused("the token's sub has control characters");
  return subject;
}

// One text or a list of texts (RFC 7519 4.1.3).
Explained<std::vector<std::string>> audiences_of(const json::object& claims) {
  const json::value* const value = claims.if_contains("aud");
  if (value == nullptr) return refused("the token has no aud");
  const json::array one{*value};
  const json::array* const list = value->is_array() ? value->if_array() : &one;
  std::vector<std::string> out;
  for (const json::value& audience : *list) {
    if (!audience.is_string()) return refused("the token's aud is neither text nor a list of it");
    out.emplace_back(std::string_view(audience.get_string()));
  }
  if (out.empty()) return refused("the token's aud is empty");
  return out;
}

bool is_scope(std::string_view name) { return name == "scope" || name == "scp"; }

std::vector<std::string> parted(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::vector<std::string> texts_of(const json::value& value, std::string_view name) {
  std::vector<std::string> out;
  if (value.is_string()) {
    const std::string_view text = value.get_string();
    if (is_scope(name)) return parted(text);
    out.emplace_back(text);
  } else if (const json::array* const list = value.if_array()) {
    for (const json::value& each : *list) {
      if (each.is_string()) out.emplace_back(std::string_view(each.get_string()));
    }
  }
  return out;
}

// The longest front of the path, up to a dot or its end, that is a name of the object; empty: none.
std::string_view first_name(const json::object& object, std::string_view path) {
  std::string_view front = path;
  while (!front.empty()) {
    if (object.contains(front)) return front;
    const std::size_t dot = front.rfind('.');
    front = front.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
  return front;
}

}  // namespace

Explained<JwtClaims> JwtClaims::read(std::string_view text) {
  const auto value = schemas::parse_strict_json(text);
  if (!value) return refused(value.error().why).in("the token's payload is no JSON");
  const json::object* const claims = value->if_object();
  if (claims == nullptr) return refused("the token's payload is no JSON object");

  auto issuer = text_of(*claims, "iss");
  if (!issuer) return issuer.error();
  auto subject = subject_of(*claims);
  if (!subject) return subject.error();
  auto audiences = audiences_of(*claims);
  if (!audiences) return audiences.error();
  const auto expires_at = date_if_there(*claims, "exp");
  if (!expires_at) return expires_at.error();
  if (!*expires_at) return refused("the token has no exp, and one without an end is not taken");
  const auto not_before = date_if_there(*claims, "nbf");
  if (!not_before) return not_before.error();
  const auto issued_at = date_if_there(*claims, "iat");
  if (!issued_at) return issued_at.error();

  JwtClaims out;
  out.issuer_ = std::move(*issuer);
  out.subject_ = std::move(*subject);
  out.audiences_ = std::move(*audiences);
  out.expires_at_ = **expires_at;
  out.not_before_ = *not_before;
  out.issued_at_ = *issued_at;
  out.all_ = *claims;
  return out;
}

runtime::WallTime wall_time(NumericDate date) {
  const NumericDate near = std::clamp(date, -kFarthest, kFarthest);
  // Whole seconds apart: their nanoseconds are more digits than a double has.
  const auto whole = std::chrono::floor<std::chrono::seconds>(near);
  const auto rest = std::chrono::duration_cast<runtime::WallTime::duration>(near - whole);
  return runtime::WallTime(whole + rest);
}

runtime::WallTime JwtClaims::expires() const { return wall_time(expires_at_); }

std::vector<std::string> texts_at(const JwtClaims& claims, std::string_view path) {
  const json::object* object = &claims.all();
  while (object != nullptr) {
    const std::string_view name = first_name(*object, path);
    if (name.empty()) return {};
    const json::value& value = object->at(name);
    if (name.size() == path.size()) return texts_of(value, name);
    object = value.if_object();
    path.remove_prefix(name.size() + 1);
  }
  return {};
}

}  // namespace waybill::control
