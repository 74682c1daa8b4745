// Reply: one SMTP reply, ours or a next hop's (RFC 5321 4.2, RFC 2034, RFC 3463).
#pragma once

#include <string>
#include <string_view>

namespace waybill::schemas {

struct Reply {
  int code = 0;          // 200..599
  std::string enhanced;  // "2.1.5"; empty: none
  std::string text;      // lines joined by '\n'; no other control octet

  bool positive() const { return code >= 200 && code < 400; }
  bool transient() const { return code >= 400 && code < 500; }
  bool permanent() const { return code >= 500 && code < 600; }

  friend bool operator==(const Reply&, const Reply&) = default;
};

// True for a status of RFC 3463 2: "5.1.1", class 2, 4 or 5.
bool is_enhanced_status(std::string_view text);

// The bytes on the wire: every line "code[- ][enhanced ]text CRLF", each at most 512 octets (RFC
// 5321 4.5.3.1.5; longer text is cut), at most kMaxReplyLines lines. Control octets in the text
// become spaces and an enhanced code that is none is left out, so that nothing a peer said can
// break out of its line. The code must be 200 to 599.
std::string wire(const Reply& reply);

inline constexpr std::size_t kMaxReplyLines = 32;

// `text` with control octets (except '\n') replaced by spaces, invalid UTF-8 by '?', at most
// `limit` octets: fit for the log and for a reply.
std::string clean_reply_text(std::string_view text, std::size_t limit = 2048);

}  // namespace waybill::schemas
