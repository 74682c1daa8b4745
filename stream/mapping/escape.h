// Texts of others within a record of ours: whatever a sender of mail wrote, it stays the value of
// one field. Octets that are no UTF-8 become U+FFFD. Each appends to `out`. Pure, any thread.
#pragma once

#include <string_view>

#include "stream/mapping/text_buffer.h"

namespace waybill::stream {

// With its quotes (RFC 8259 7).
void append_json_text(TextBuffer& out, std::string_view text);

// The value of an extension of CEF: a backslash before `=` and `\`, ends of lines as `\n` and `\r`,
// other controls as a space.
void append_cef_value(TextBuffer& out, std::string_view text);
// Of its header: a backslash before `|` and `\`; controls as a space.
void append_cef_header(TextBuffer& out, std::string_view text);

// The value of an attribute of LEEF, which has no escapes: controls, and so the tab that parts
// attributes, as a space.
void append_leef_value(TextBuffer& out, std::string_view text);
// Of its header: `|` as `/` too.
void append_leef_header(TextBuffer& out, std::string_view text);

}  // namespace waybill::stream
