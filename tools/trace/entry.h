// Entries: an event as one line of a history has it (docs/api.md), whichever answer it comes from;
// and that line as a row of a spreadsheet. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace waybill::tools {

// Of an event as the feed and the answers about messages tell it: as its history would. Of an event
// of a newer release, whose kind has no name here, what every event has.
boost::json::object entry_of_event(const boost::json::object& event);

// All that an answer tells of events: a history, a message, messages of one Message-ID, a delivery.
std::vector<boost::json::object> entries_of(const boost::json::object& answer);

// The names of the columns, and an entry in them, each with CRLF (schemas/csv.h). What is not known
// or does not apply is empty; the null sender is "<>".
std::string sheet_header();
std::string sheet_row(const boost::json::object& entry);

}  // namespace waybill::tools
