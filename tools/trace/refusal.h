// A refused search for people: what is wrong, where, and what would be a search. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace waybill::tools {

// Of a problem `search_refused` or `no_index` (docs/api.md), with a line's end:
//
//   waybill: No field is called so: from: is meant?
//     ann@x.test frm:bob
//                ^~~~~~~
//   Try: waybill trace 'ann@x.test from:bob'
//
// `command` is "trace" there. The place is marked where the problem has one; nothing in it acts on
// a terminal.
std::string refusal_text(std::string_view command, std::string_view query,
                         const boost::json::object& problem);

// As one word of a POSIX shell.
std::string shell_word(std::string_view text);

}  // namespace waybill::tools
