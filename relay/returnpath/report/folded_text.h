// Text as phrases are held against it: one line, without what writers of one language write in many
// ways.
#pragma once

#include <string>
#include <string_view>

namespace waybill::relay::returnpath::report {

// `text` in lower case (Latin, Greek, Cyrillic), with single spaces, Latin letters without their
// marks ("ü" as "u", "ß" as "ss", "ł" as "l"), quotes of all kinds as ' and ", full-width signs and
// letters as ASCII. Linear; any octets.
std::string folded(std::string_view text);

}  // namespace waybill::relay::returnpath::report
