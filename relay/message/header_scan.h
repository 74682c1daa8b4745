// What the relay needs to know of a message's header. No MIME, no decoding, linear time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waybill::relay::message {

// Longer values are cut in the record; RFC 5322 2.1.1 allows 998 octets a line.
inline constexpr std::size_t kMaxRecordedValue = 998;

struct HeaderFacts {
  int received = 0;        // Received: fields
  std::string message_id;  // the first Message-ID, with its angle brackets, unfolded; or empty
  std::string subject;     // the first Subject, unfolded, undecoded
  std::string from;        // the first From, unfolded
  bool complete = false;   // the empty line that ends the header was seen
};

// `head`: the beginning of the message, lines ending in CRLF. Names are matched as RFC 5322 2.2
// writes them, in any case.
HeaderFacts scan_header(std::string_view head);

}  // namespace waybill::relay::message
