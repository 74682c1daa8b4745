// What the journal has appended behind an event's own serialisation (record_identity.h): which form
// of it a record has. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "schemas/event.h"

namespace waybill::schemas {

enum class Form { other, nothing, node_seq, identity };

// `event` is what was read from `record`. Form::other: no writer of this release makes it so.
Form form_of(std::string_view record, Event& event);

// Takes out of `event` what is appended behind it.
void clear_end(Event& event, Form form);
void append_end(std::string& record, Form form, std::uint64_t node_seq, std::uint32_t journal);

// `event` as a record of that form; its number and journal are out of it afterwards.
void append_record(Event& event, Form form, std::string& out);

}  // namespace waybill::schemas
