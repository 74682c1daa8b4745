// Reports without machine-readable fields: who could not be reached and why, out of the text that
// people are meant to read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "relay/returnpath/report/fields.h"
#include "relay/returnpath/report/report_facts.h"

namespace waybill::relay::returnpath::report {

// Read of a report's text; reporters come to the point before that.
inline constexpr std::size_t kMaxProse = 65536;

// A report's text, and the returned message that follows in it (empty if none does).
struct SplitText {
  std::string_view report;
  std::string_view returned;
};

// Cuts at a divider of words_of_places.cc, or where the header of a message begins: a trace field
// (RFC 5321 4.4), or three fields in a row of which one is a message's alone.
SplitText split_text(std::string_view text);

struct ProseSource {
  const Fields& header;           // the report's own
  std::string_view subject;       // decoded
  std::string_view text;          // split_text's report, at most kMaxProse octets are read
  const Fields& returned_header;  // may be empty
  bool returns;                   // a message came back with it, or its header
  bool names_itself;              // its type is that of a report (RFC 6522)
};

// What a text says of a recipient's fate, as far as words tell.
struct Words {
  bool late = false;     // it goes on being tried
  bool expired = false;  // it was tried for long enough
  bool failed = false;
};

Words words_in(std::string_view text);

// The status of the surest reason that a text gives (RFC 3463); empty if it gives none.
std::string_view reason_in(std::string_view text);

// What makes a message a report, and what kind of one.
struct Evidence {
  bool report = false;     // it is one
  bool failed = false;     // it says that mail came back
  bool late = false;       // it says that mail is being tried
  bool delivered = false;  // it says that mail arrived
  bool answer = false;     // its words are those of an automatic answer
  // A mail system wrote it, by its form or its author: no person who writes of a report.
  bool by_mail_system = false;
};

// `marked`: the message says of itself that a program answers (automatic.h). Two of sender,
// subject, text and reason must say that it is a report, one of the first two among them unless the
// return path is null; or a field that only reports have; or, in a language that no rule knows, a
// mail system that sends a message back below an address at the head of a line.
Evidence weigh(const ProseSource& source, bool marked);

// Whether a report says who its recipients are, so that nobody has to guess.
bool names_recipients(const ProseSource& source);

// The recipients of a report; one without address if none can be told. Never empty.
std::vector<RecipientFacts> read_prose(const ProseSource& source, const Evidence& evidence);

// What the text says of each recipient whom it names, and of none (an empty address) where it names
// none: `text` is that which speaks of it alone.
struct Told {
  std::string address;
  std::string text;
};
std::vector<Told> told_in(const ProseSource& source);

// The diagnostic that a text gives: from a refusal to the end of its paragraph, or the paragraph
// that gives a reason; else the first that says anything, or nothing where `only_reasons`.
enum class OnlyReasons { no, yes };
std::string diagnostic_in(std::string_view text, OnlyReasons only_reasons);

}  // namespace waybill::relay::returnpath::report
