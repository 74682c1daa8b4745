// The claims of a JWT (RFC 7519 4), read and of the right form; whether they are to be believed is
// for jwt.h.
//
// Promises: what is used of them is there and has its type, so that no reader has to ask: iss, sub,
// aud and exp always, nbf and iat where they are there. One name has one value (RFC 7519 4). Dates
// are any JSON numbers, fractions, negative and huge ones too, and computing with them overflows
// nothing.
// Immutable: any thread.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/failure.h"
#include "runtime/time.h"

namespace waybill::control {

// Octets of a subject: OpenID Connect Core 1.0 2 has at most 255.
inline constexpr std::size_t kLongestSubject = 255;

// Seconds since 1970, without leap seconds (RFC 7519 2).
using NumericDate = std::chrono::duration<double>;

class JwtClaims {
 public:
  // `json`: the payload. Errc::invalid.
  static runtime::Explained<JwtClaims> read(std::string_view json);

  const std::string& issuer() const { return issuer_; }
  // 1 to kLongestSubject octets of clean UTF-8 (schemas/utf8.h).
  const std::string& subject() const { return subject_; }
  // At least one.
  const std::vector<std::string>& audiences() const { return audiences_; }
  NumericDate expires_at() const { return expires_at_; }
  std::optional<NumericDate> not_before() const { return not_before_; }
  std::optional<NumericDate> issued_at() const { return issued_at_; }

  // The end of the token, for whoever keeps what it allowed: at the latest the year 2200, so that
  // some years can be added to it.
  runtime::WallTime expires() const;

  // Every claim, as it came.
  const boost::json::object& all() const { return all_; }

 private:
  JwtClaims() = default;

  std::string issuer_;
  std::string subject_;
  std::vector<std::string> audiences_;
  NumericDate expires_at_{};
  std::optional<NumericDate> not_before_;
  std::optional<NumericDate> issued_at_;
  boost::json::object all_;
};

// The nearest that WallTime can say, and no farther from 1970 than 230 years.
runtime::WallTime wall_time(NumericDate date);

// The texts of a claim that issuers name as they like, such as roles: those of a list of texts, or
// the one text. Texts of `scope` and `scp` are parted at spaces (RFC 8693 4.2). Empty: there is no
// such claim, or it is of another form; what is no text in a list is left out.
//
// `path`: names from the outside in, with dots between them: "realm_access.roles". A name may have
// dots in it ("https://example.org/roles"): at each level the longest front of the path that is a
// name there is taken, and no other is tried.
std::vector<std::string> texts_at(const JwtClaims& claims, std::string_view path);

}  // namespace waybill::control
