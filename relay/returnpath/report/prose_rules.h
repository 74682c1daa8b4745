// What reports without machine-readable fields say, as tables of phrases: words_of_*.cc.
//
// A rule is a way of speaking that several reporters share or one reporter's texts all have; never
// words of a single mail. Phrases are folded (folded_text.h) and match anywhere in the passage
// named, where a word begins; "#" in a phrase is a number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace waybill::relay::returnpath::report {

enum class Passage : std::uint8_t {
  from,     // the From field
  subject,  // the Subject, decoded
  body,     // the text that people are meant to read, up to the returned message
  lead,     // what stands in a line right before an address
  divider,  // a line between the report and the returned message
};

enum class Meaning : std::uint8_t {
  report,     // mail came back
  topic,      // what became of mail, good or bad
  delayed,    // it is still being tried
  expired,    // it was tried until its time was over; a reason too
  delivered,  // it arrived
  reason,     // why; the rule's status says which
  recipient,  // the address that follows could not be reached
  returned,   // the returned message follows
  auto_reply,
};

struct ProseRule {
  Passage passage;
  Meaning meaning;
  // For reasons: RFC 3463, its class only where no reply code says otherwise. Else empty.
  std::string_view status;
  // A published case that shows it (ndr-open, field), the reporter or the language whose servers
  // speak so: for a reader who doubts the rule.
  std::string_view shown_by;
  // Each a phrase; "|" stands between two.
  std::string_view phrases;
};

std::span<const ProseRule> words_of_topics();
std::span<const ProseRule> words_of_failure();
std::span<const ProseRule> words_of_delay();
std::span<const ProseRule> words_of_expiry();
std::span<const ProseRule> words_of_reason();
std::span<const ProseRule> words_of_answers();
std::span<const ProseRule> words_of_places();

// What a passage says, all rules heard at once.
struct Heard {
  unsigned meanings = 0;    // one bit for each Meaning
  std::string_view status;  // of the surest reason: the first in the tables; empty: none
  bool says(Meaning meaning) const { return (meanings >> static_cast<unsigned>(meaning)) & 1u; }
};

// `flat` as folded() gives it. Linear in it, whatever the number of rules.
Heard hear(std::string_view flat, Passage passage);

// The same of a text that is not folded yet.
Heard hear_text(std::string_view text, Passage passage);

// Whether a rule of that passage and meaning matches at the end of `flat`.
bool ends_with_rule(std::string_view flat, Passage passage, Meaning meaning);

}  // namespace waybill::relay::returnpath::report
