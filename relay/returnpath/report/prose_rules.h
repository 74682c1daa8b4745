// What reports without machine-readable fields say, as one table of phrases.
//
// A rule is a way of speaking that several reporters share or one reporter's texts all have; never
// words of a single mail. Phrases are lower case and match anywhere in the passage named, white
// space of any kind and length being one space.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace waybill::relay::returnpath::report {

enum class Passage {
  from,     // the From field
  subject,  // the Subject, decoded
  body,     // the text that people are meant to read, up to the returned message
  lead,     // what stands in a line right before an address
  divider,  // a line between the report and the returned message
};

enum class Meaning {
  report,     // mail came back, or is late
  delayed,    // it is still being tried
  reason,     // why; the rule's status says which
  recipient,  // the address that follows could not be reached
  returned,   // the returned message follows
  auto_reply,
};

struct ProseRule {
  Passage passage;
  Meaning meaning;
  std::string_view phrase;
  // For reasons: RFC 3463, its class only where no reply code says otherwise. Else empty.
  std::string_view status;
  // A published case that shows it (ndr-open), for a reader who doubts the rule; or the source of
  // it.
  std::string_view shown_by;
};

std::span<const ProseRule> prose_rules();

// `text` in lower case with single spaces: what the rules are held against.
std::string flat_text(std::string_view text);

// Whether some rule of that passage and meaning matches. `flat` as flat_text gives it.
bool says(std::string_view flat, Passage passage, Meaning meaning);

// The status of the first reason in the table that `flat` gives; empty if there is none.
std::string_view reason_in(std::string_view flat);

// Whether a rule of that passage and meaning matches at the end of `flat`.
bool ends_with_rule(std::string_view flat, Passage passage, Meaning meaning);

}  // namespace waybill::relay::returnpath::report
