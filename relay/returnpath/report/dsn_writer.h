// Writes a delivery status notification: a fresh multipart/report (RFC 6522) with text for people,
// the fields of RFC 3464, and the header of the message that it speaks of.
//
// Promises: nothing in the input can add a field, a line or a part, whatever octets it holds; lines
// end in CRLF and have at most 998 octets before it; seven_bit gives ASCII alone; read_report reads
// back what cleaned() says. The caller sends it with a null reverse-path (RFC 3464 2), and owes
// that the input names nothing that the receiver must not know: a target behind an alias is
// redact's business (redact.h).
// At least one recipient has an address; a notification about nobody says nothing.
//
// Pure functions, any thread, linear in the input.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/returnpath/report/report_facts.h"

namespace waybill::relay::returnpath::report {

enum class Transport {
  seven_bit,  // what is not ASCII is escaped in addresses (RFC 6533 3) and '?' elsewhere
  smtputf8,   // the message needs SMTPUTF8 all the way
};

struct DsnMessage {
  std::string from;        // the reporter's address: postmaster of the alias's domain
  std::string to;          // the address of the sender who is told
  std::string message_id;  // "left@right"; angle brackets may be there or not
  std::chrono::sys_seconds date;
  Transport transport = Transport::seven_bit;
  std::string reporting_mta;
  std::string original_envelope_id;  // empty: none was given
  std::optional<std::chrono::sys_seconds> arrival_date;
  // Their `kind` is not looked at.
  std::vector<RecipientFacts> recipients;
  // Others behind the address of who failed have the message, which people are told.
  bool others_have_it = false;
  // Header of the message spoken of, any line ends. What is no field is left out.
  std::string returned_header;
};

// The message as write_dsn says it: texts clean and cut; recipients without any address left out,
// those beyond kMaxRecipients too; an unknown action is "failed", a status that fits no action is
// that action's general one; `kind` follows. Cleaning twice changes nothing.
DsnMessage cleaned(DsnMessage message);

// A whole message, header and body. Beside each reason stands what its status means
// (status_words.h).
std::string write_dsn(const DsnMessage& message);

// A message in plain text, of the same header, which says only that something came back that is not
// understood: no report, because there is no action that means it (RFC 3464 2.3.3). Of `message`
// the recipients' addresses are named, and nothing else of them.
std::string write_notice(const DsnMessage& message);

}  // namespace waybill::relay::returnpath::report
