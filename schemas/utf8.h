// UTF-8 as RFC 3629 4 defines it: no overlong form, no surrogate, nothing above U+10FFFF. Pure
// functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waybill::schemas {

// Octets of the well-formed character at the front of `text`: 1 to 4; 0 if there is none.
std::size_t utf8_character(std::string_view text);

// Adds the character of that number, of at most U+10FFFF.
void append_utf8(std::string& out, std::uint32_t point);
// Of a well-formed character.
std::uint32_t code_point(std::string_view character);

// True if the first character is a control: C0, DEL, or C1 (U+0080 to U+009F). A terminal acts
// on all three. `text` starts with a well-formed character.
bool is_control(std::string_view text);

// Well-formed throughout and free of controls.
bool is_clean_utf8(std::string_view text);

// For a terminal: controls as spaces, octets that are no UTF-8 as '?'.
std::string printable(std::string_view text);

// The longest front of `text` of at most `limit` octets that splits no character.
std::string_view cut_utf8(std::string_view text, std::size_t limit);

}  // namespace waybill::schemas
