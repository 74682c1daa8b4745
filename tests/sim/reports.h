// Reports of the simulation: what a bridgehead says of a mail that it took, and how it went.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/time.h"
#include "schemas/ids.h"
#include "schemas/reply.h"
#include "tests/sim/next_hop.h"

namespace waybill::tests {

enum class ReportKind { failed, given_up, delayed, delivered, prose };

// How a report goes astray, on purpose.
enum class Trick {
  none,
  cased,         // the letters of the address change their case: still good
  forged,        // one letter of the token is another
  foreign,       // the token goes to another domain of ours
  stray,         // the token goes to a domain that is not ours
  named_sender,  // the reverse-path is not null: a report all the same, which it reads as
};

inline bool is_genuine(Trick trick) {
  return trick == Trick::none || trick == Trick::cased || trick == Trick::named_sender;
}

struct ReportAttempt {
  runtime::WallTime rcpt_said{};
  runtime::WallTime rcpt_heard{};
  std::optional<schemas::Reply> rcpt;
  runtime::WallTime final_heard{};
  std::optional<schemas::Reply> final;  // to the body
};

struct SentReport {
  std::string mail_id;      // Message-ID of the mail it is about
  std::string mailbox;      // whose mail that was
  std::string return_path;  // as the mail came with
  std::string mail_header;  // of the mail, as it came
  std::string id;           // the report's own Message-ID
  ReportKind kind = ReportKind::failed;
  Trick trick = Trick::none;
  std::string mail_from;                // empty: the null sender
  std::string to;                       // what RCPT names
  std::vector<std::string> recipients;  // it speaks of; one empty one where it names nobody
  std::string octets;
  std::vector<ReportAttempt> attempts;

  // What the return path's token says; nullopt: it is none of ours.
  std::optional<schemas::DeliveryId> delivery;
};

// A mail's Message-ID with its angle brackets; empty: it has none.
std::string message_id_of(const std::string& octets);

// A report on the mail: whole, but not sent yet. `number` makes it another one than all others.
SentReport make_report(const TakenMail& mail, ReportKind kind, Trick trick, std::size_t number,
                       SeededChance& chance);
// Another report on the same mail.
SentReport another_report(const SentReport& report, std::size_t number, SeededChance& chance);

}  // namespace waybill::tests
