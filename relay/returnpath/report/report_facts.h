// What a report says: the facts of a message that came on a return path, from any mailer. Plain
// data; every text in it is clean UTF-8 on one line, but for the returned header.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::relay::returnpath::report {

// Recipients in one report; further ones are left out.
inline constexpr std::size_t kMaxRecipients = 128;
// One fact's octets; RFC 5322 2.1.1 allows 998 a line, and names and types need some.
inline constexpr std::size_t kMaxFact = 900;
// Kept of the returned message's header.
inline constexpr std::size_t kMaxReturnedHeader = 32768;

enum class ReportClass {
  unrecognised,  // not a report, or one that says nothing we know
  hard,          // failed, and will fail again (5.y.z)
  soft,          // failed, though another time it may not (4.y.z); given up after some days
  delayed,       // still being tried
  delivered,
  relayed,   // handed to a server that sends no positive reports
  expanded,  // handed to the members of a list
  complaint,
  auto_reply,
};

std::string_view name_of(ReportClass kind);

// One recipient of RFC 3464 2.3, or what prose says in its place. Empty: not said.
struct RecipientFacts {
  std::string final_recipient;     // the address alone, as written; the original one if no final
                                   // one is given
  std::string original_recipient;  // the address alone
  std::string action;              // lower case: "failed", "delayed", ...
  std::string status;              // RFC 3463, "5.1.1"
  std::string diagnostic_code;     // "type; text"; the type is "x-text" if none was given
  bool retried = false;            // a time is given until which it will be tried (RFC 3464 2.3.9)
  std::string remote_mta;          // the name alone
  ReportClass kind = ReportClass::unrecognised;
  friend bool operator==(const RecipientFacts&, const RecipientFacts&) = default;
};

struct ReturnedMessage {
  std::string header;      // with LF line ends, at most kMaxReturnedHeader octets, otherwise raw
  std::string message_id;  // with its angle brackets
  friend bool operator==(const ReturnedMessage&, const ReturnedMessage&) = default;
};

struct ReportFacts {
  // The gravest of the recipients', in the order in which the classes stand above.
  ReportClass kind = ReportClass::unrecognised;
  std::string reporting_mta;
  std::string original_envelope_id;
  std::string feedback_type;  // RFC 5965 3.1, lower case; for complaints
  std::optional<std::chrono::sys_seconds> arrival_date;
  std::vector<RecipientFacts> recipients;
  std::optional<ReturnedMessage> returned;
  bool by_mail_system = false;  // no person wrote it, by its form or its author
  bool others_have_it = false;  // of a notice of ours: others behind the address took the message
};

// Whether a message with a sender is a report all the same: a mail system says in it what became of
// a delivery. People write of reports too, quote them and pass them on.
bool reads_as_report(const ReportFacts& facts);

// The class of a recipient whose other facts are there: by the action, and for a failure by the
// status, then by the reply code in the diagnostic; a failure that gives no code is hard.
ReportClass class_of(const RecipientFacts& recipient);

// The same, where a text speaks of the recipient too: a delay is a delay and an end is an end,
// whatever the action says, and an action that RFC 3464 does not know leaves it to the status.
ReportClass class_by_words(const RecipientFacts& recipient, std::string_view text);

// `text` as one clean line without outer white space and angle brackets.
std::string bare_address(std::string_view text);

// The address in an RFC 3464 typed field: type, angle brackets and outer white space dropped;
// \x{HEX} read if the type is utf-8 (RFC 6533 3).
std::string typed_address(std::string_view field);

// The name in a typed mta field, without comment.
std::string typed_mta(std::string_view field);

// "type; text" with the type in lower case; "smtp" or "x-text" where the field names none.
std::string typed_diagnostic(std::string_view field);

}  // namespace waybill::relay::returnpath::report
