// The request target of RFC 9112 3.2, read strictly: what is not exactly a path and a query is
// refused and never repaired, so that no two readers of one request can disagree about it.
//
//   origin-form    "/v1/addresses/a%40b/history?limit=5"
//   absolute-form  "http://host/v1/..." (RFC 9112 3.2.2: a server must take it)
//
// Percent-encoding is decoded once, by segment, so that "%2F" is data and never a separator. "+" is
// a plus, not a space: RFC 3986 gives it no other meaning, and addresses are full of it. Decoded
// text is UTF-8 without control characters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/request.h"
#include "runtime/failure.h"

namespace waybill::http {

// More parameters than any route has names for, few enough to compare each with each.
inline constexpr std::size_t kMaxParameters = 32;

// Errc::invalid; the words say what is wrong and how to write it.
runtime::Explained<Request> parse_target(std::string_view target);

// The host of an absolute-form, with its port where it has one; nullopt for another form.
std::optional<std::string_view> authority_of(std::string_view target);

// The origin-form of segments and parameters; parse_target() gives them back.
std::string write_target(const Request& request);

}  // namespace waybill::http
