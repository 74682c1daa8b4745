// Response: an answer that is whole in memory. Length, date and connection fields are the server's,
// and so is Cache-Control unless the answer has one of its own. A 304 has no content.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "http/fields.h"
#include "runtime/time.h"

namespace waybill::http {

inline constexpr char kJsonType[] = "application/json";
inline constexpr char kProblemType[] = "application/problem+json";  // RFC 9457 3
inline constexpr char kTextType[] = "text/plain; charset=utf-8";

// What an answer shows of history, for the record of who asked (access_log.h).
struct Shown {
  std::uint64_t rows = 0;
  // Of the first partition that it speaks of: of its next event.
  std::uint64_t as_of_index = 0;
  runtime::WallTime as_of{};               // of the newest event that it knows of; 1970: of none
  std::string domain;                      // whose history it is, where that is one of ours
  std::string subject;                     // what was asked about; empty: what the route captured
  std::vector<std::string> more_subjects;  // the rest, where that is several things
  // It says up to which moment it is whole, so that no later answer has the same octets.
  bool tells_a_moment = false;
};

struct Response {
  unsigned status = 200;
  std::string content_type = kJsonType;
  std::string body;
  Fields fields{};  // further ones
  Shown shown{};    // none of it goes out
  // What it tells of is on record already, with who did it or asked for it: it leaves in any case.
  bool is_on_record = false;
};

// What there is to say is in the status.
inline Response empty_object() {
  Response out;
  out.body = "{}";
  return out;
}

}  // namespace waybill::http
