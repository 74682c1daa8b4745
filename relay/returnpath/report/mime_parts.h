// A message as the parts that a report is read from. The only place that knows GMime.
//
// Takes any octets with CRLF, LF or CR line ends; never fails, never throws. Work is linear in the
// input: what goes beyond the limits is not looked at. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "relay/returnpath/report/fields.h"

namespace waybill::relay::returnpath::report {

// What is read of a message. The facts stand before the returned message, which may be as long as
// any.
inline constexpr std::size_t kMaxReportOctets = 1048576;
// Fields named Content-Type in the raw message; the message ends before the next. This bounds parts
// and nesting before any parser sees them.
inline constexpr std::size_t kMaxContentTypes = 64;
// Lines that could part a multipart, likewise: a part without a type costs a line.
inline constexpr std::size_t kMaxDelimiters = 1024;
// Lines that could begin a field, likewise: a parser keeps each field of each header, and a field
// of three octets costs it hundreds.
inline constexpr std::size_t kMaxFieldLines = 8192;
// Of each part, decoded.
inline constexpr std::size_t kMaxPartOctets = kMaxReportOctets;

struct Part {
  std::string type;  // "text/plain", lower case
  // text/*: UTF-8 (charset.h); of text/html what a person reads of it (html_text.h).
  // message/rfc822 and its like: the message inside, raw. LF line ends, no octet 0, at most
  // kMaxPartOctets.
  std::string text;
};

struct Message {
  Fields header;
  std::string subject;      // decoded (RFC 2047)
  std::string report_type;  // RFC 6522 3, lower case
  std::string type;
  // Leaves in order. Messages inside are leaves; nothing within them is listed. A multipart whose
  // boundary is nowhere found is one text/plain.
  std::vector<Part> parts;
};

Message read_message(std::string_view raw);

}  // namespace waybill::relay::returnpath::report
