// Who a report speaks of, out of its own words: by the form in which an address stands, never out
// of the message that came back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "relay/returnpath/report/fields.h"

namespace waybill::relay::returnpath::report {

// How surely a line names a recipient; the lower the surer.
enum class Sureness {
  heads_line,     // "<a@b.example>: host mx said ..."
  heads_refusal,  // "550 5.1.1 <a@b.example>... User unknown": may be a refused sender
  after_lead,     // "could not be delivered to: <a@b.example>"
  only_one,       // the one address that is neither the reporter's nor ours
  none,
};

struct Mention {
  std::string address;
  Sureness sureness = Sureness::none;
  std::size_t line = 0;    // where its line begins
  std::size_t behind = 0;  // where the address ends
};

// Addresses that are no recipient's: the reporter's and those that the report itself went to, of
// its `header`; the sender's and the message's own, of the returned header (either may be empty).
std::vector<std::string> known_others(const Fields& header, const Fields& returned_header);

// The mentions of the surest kind that there is, in the order of the text. `others` are none,
// unless nobody else is named and the form is that of a recipient.
std::vector<Mention> find_mentions(std::string_view text, const std::vector<std::string>& others);

}  // namespace waybill::relay::returnpath::report
