// Rows of CSV (RFC 4180 2): fields by commas, quoted where they must be, CRLF behind each row; and
// no field that a spreadsheet would run.
//
// A field that begins with one of = + - @, a tab, CR or LF, or a full-width = + - @, is a formula
// to spreadsheets, and mail lets strangers choose what fields say. An apostrophe in front makes it
// text. A field that begins with an apostrophe of its own gets one more, so that one rule gives the
// octets back: take one leading apostrophe off, where there is one.
//
// Pure functions; any thread. They take any octets, and change none but by quotes and apostrophes.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace waybill::schemas {

// "a,b" is "\"a,b\"", "=1+1" is "'=1+1", "'a" is "''a".
std::string csv_field(std::string_view octets);

// With CRLF at its end. A row of one empty field is "\"\"": an empty line would be no row to most.
std::string csv_row(std::span<const std::string> fields);

}  // namespace waybill::schemas
