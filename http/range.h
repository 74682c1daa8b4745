// The part of a file that a client asks for, so that a download that broke off goes on where it
// ended (RFC 9110 14). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waybill::http {

// Octets from `first` on, `count` of them.
struct Part {
  std::uint64_t first = 0;
  std::uint64_t count = 0;

  friend bool operator==(const Part&, const Part&) = default;
};

struct Wanted {
  enum class What : std::uint8_t { whole, part, nothing };
  What what = What::whole;
  Part part{};  // of a part
};

// `range` and `if_range` are the values of these fields, empty where they are absent; `etag` is the
// strong one of what there is now, with its quotes. A range that is not understood, that is of
// another unit or of several parts, or that belongs to another version is as if it were absent
// (RFC 9110 14.2, 13.1.5). `nothing`: no octet of it is there, 416.
Wanted wanted_of(std::string_view range, std::string_view if_range, std::string_view etag,
                 std::uint64_t size);

// "bytes 0-9/100", and of 416 "bytes */100" (RFC 9110 14.4).
std::string content_range(const Part& part, std::uint64_t size);
std::string content_range_of_nothing(std::uint64_t size);

}  // namespace waybill::http
