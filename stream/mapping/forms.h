// Forms: a value of the facts as text, in one of the forms of the table (fields.h). Pure.
#pragma once

#include <string_view>

#include "stream/mapping/facts.h"
#include "stream/mapping/fields.h"
#include "stream/mapping/text_buffer.h"

namespace waybill::stream {

// The value has that form, in a format that is JSON or one that is a line.
bool fits(const Value& value, Form form);

// Appends it; it fits. A list's members are those of the facts.
void append_json_value(TextBuffer& out, const Facts& facts, const Value& value, Form form);

// For formats without types: `append` is one of escape.h, for text of others. A list is parted by
// commas.
using AppendText = void (*)(TextBuffer&, std::string_view);
void append_line_value(TextBuffer& out, const Facts& facts, const Value& value, Form form,
                       AppendText append);

// OCSF 1.8.0's email_t, as its regular expression has it.
bool is_ocsf_email(std::string_view text);

}  // namespace waybill::stream
