// The text that a person reads of an HTML report, with the lines that it shows. The only place that
// knows libxml2, whose HTML reader is fed as a stream: no tree is built.
//
// Never fails: what is broken is read as far as it goes. Nothing is fetched, no entity is expanded
// but those of HTML. Work is linear in the first kMaxHtmlOctets; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace waybill::relay::returnpath::report {

// A report in HTML is some tens of KiB, styles and all; the rest is not looked at.
inline constexpr std::size_t kMaxHtmlOctets = 262144;
// Elements within each other; mail made for tables of tables has some thirty. Reading ends where
// there are more.
inline constexpr std::size_t kMaxHtmlDepth = 128;

// `html` in UTF-8, whatever it says of itself. Blocks and <br> end lines, paragraphs and rows are
// apart by an empty line or a line; scripts, styles and titles are left out.
std::string html_text(std::string_view html);

}  // namespace waybill::relay::returnpath::report
