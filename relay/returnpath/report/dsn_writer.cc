#include "relay/returnpath/report/dsn_writer.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/delivery_status.h"
#include "relay/returnpath/report/fields.h"
#include "relay/returnpath/report/status_code.h"
#include "relay/returnpath/report/status_words.h"
#include "runtime/ascii.h"
#include "schemas/utf8.h"

namespace waybill::relay::returnpath::report {
namespace {

// RFC 5322 2.1.1 asks for 78 and commands 998; a word that is longer stands alone.
constexpr std::size_t kWantedColumns = 78;
// Octets of an address as it stands in a field, escapes and all.
constexpr std::size_t kMaxWrittenAddress = 900;
// No line of the parts begins with a hyphen, so no line can be this boundary.
constexpr std::string_view kBoundary = "=_waybill_report";

struct ActionWords {
  std::string_view action;
  char status_class;
  std::string_view subject;
  std::string_view sentence;
};

constexpr std::array<ActionWords, 5> kActions = {{
    {"failed", '5', "Your mail could not be delivered",
     "Your mail could not be delivered to this recipient, and nobody will try\r\nagain:"},
    {"delayed", '4', "Your mail is delayed",
     "Your mail has not reached this recipient yet. You need not send it again:\r\n"
     "its delivery is still being tried:"},
    {"delivered", '2', "Your mail was delivered", "Your mail was delivered to this recipient:"},
    {"relayed", '2', "Your mail was passed on",
     "Your mail was passed on to a server that does not confirm deliveries:"},
    {"expanded", '2', "Your mail was passed on to a list",
     "Your mail was delivered to this list, and passed on to its members:"},
}};

constexpr std::string_view kOneOfSeveral =
    "Your mail reached others behind this address. To one of them it could not be\r\n"
    "delivered, and nobody will try again:";

const ActionWords& words_of(std::string_view action) {
  const auto* found = std::find_if(kActions.begin(), kActions.end(),
                                   [action](const auto& words) { return words.action == action; });
  return found == kActions.end() ? kActions.front() : *found;
}

Charset charset_of(Transport transport) {
  return transport == Transport::smtputf8 ? Charset::utf8 : Charset::ascii;
}

using runtime::ascii::is_ascii;

// RFC 6533 3: utf-8-addr-unitext over SMTPUTF8, utf-8-addr-xtext otherwise. ASCII addresses are
// RFC 3464's own.
std::string written_address(std::string_view address, Transport transport) {
  if (is_ascii(address)) return "rfc822; " + std::string(address);
  std::string out = "utf-8; ";
  while (!address.empty()) {
    const std::string_view character = address.substr(0, schemas::utf8_character(address));
    const bool plain = character.size() == 1 || transport == Transport::smtputf8;
    if (plain && character != "\\") {
      out += character;
    } else {
      std::array<char, 16> escape{};
      std::snprintf(escape.data(), escape.size(), "\\x{%02X}", schemas::code_point(character));
      out += escape.data();
    }
    address.remove_prefix(character.size());
  }
  return out;
}

std::string clean_address(std::string_view text, Transport transport) {
  std::string address = bare_address(text);
  while (written_address(address, transport).size() > kMaxWrittenAddress) {
    address = bare_address(schemas::cut_utf8(address, address.size() / 2));
  }
  return address;
}

std::string clean_status(std::string_view text, const ActionWords& words) {
  std::string status = read_status(text);
  const bool fits = !status.empty() && (status.front() == words.status_class ||
                                        (words.action == "failed" && status.front() == '4'));
  return fits ? status : std::string{words.status_class} + ".0.0";
}

RecipientFacts clean_recipient(const RecipientFacts& given, Transport transport) {
  const Charset charset = charset_of(transport);
  const ActionWords& words = words_of(given.action);
  RecipientFacts out;
  out.final_recipient = clean_address(given.final_recipient, transport);
  out.original_recipient = clean_address(given.original_recipient, transport);
  if (out.final_recipient.empty()) out.final_recipient = out.original_recipient;
  out.action = words.action;
  out.status = clean_status(given.status, words);
  out.diagnostic_code = typed_diagnostic(clean_line(given.diagnostic_code, kMaxFact, charset));
  out.remote_mta = typed_mta("dns; " + clean_line(given.remote_mta, kMaxFact, charset));
  out.kind = class_of(out);
  return out;
}

// An address of the header: nothing in it can end the angle brackets or the field.
std::string clean_mailbox(std::string_view text, Transport transport) {
  constexpr std::size_t kMaxMailbox = 320;
  std::string out = clean_line(text, kMaxMailbox, charset_of(transport));
  std::erase_if(out, [](char c) { return c == '<' || c == '>'; });
  return clean_line(out, kMaxMailbox);
}

// Folds at spaces, so that unfolding gives the value again.
void write_field(std::string& out, std::string_view name, std::string_view value) {
  std::string line = std::string(name) + ":";
  bool named = true;
  while (!value.empty()) {
    const std::size_t space = std::min(value.find(' '), value.size());
    const std::string_view word = value.substr(0, space);
    if (!named && line.size() + 1 + word.size() > kWantedColumns) {
      out += line + "\r\n";
      line.clear();
    }
    line += ' ';
    line += word;
    named = false;
    value.remove_prefix(std::min(space + 1, value.size()));
  }
  out += line + "\r\n";
}

std::string date_text(std::chrono::sys_seconds time) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %u %s %04d %02d:%02d:%02d +0000",
                kDays[std::chrono::weekday{day}.c_encoding()], unsigned{date.day()},
                kMonths[unsigned{date.month()} - 1], int{date.year()},
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

void write_header(const DsnMessage& message, std::string_view subject, std::string& out) {
  write_field(out, "From", "Mail Delivery System <" + message.from + ">");
  write_field(out, "To", "<" + message.to + ">");
  write_field(out, "Subject", subject);
  write_field(out, "Date", date_text(message.date));
  write_field(out, "Message-ID", "<" + message.message_id + ">");
  write_field(out, "Auto-Submitted", "auto-replied");
  write_field(out, "MIME-Version", "1.0");
}

void write_report_type(std::string& out) {
  out += "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"";
  out += kBoundary;
  out += "\"\r\n\r\n";
}

void begin_part(std::string& out, std::string_view type, Transport transport) {
  out += "\r\n--";
  out += kBoundary;
  out += "\r\nContent-Type: ";
  out += type;
  out += "\r\nContent-Transfer-Encoding: ";
  out += transport == Transport::smtputf8 ? "8bit" : "7bit";
  out += "\r\n\r\n";
}

// Every line is indented or begins with a word of ours.
void write_text(const DsnMessage& message, std::string& out) {
  const bool utf8 = message.transport == Transport::smtputf8;
  begin_part(out, utf8 ? "text/plain; charset=utf-8" : "text/plain; charset=us-ascii",
             message.transport);
  out += "This is the mail system of " + message.reporting_mta + ".\r\n";
  for (const RecipientFacts& recipient : message.recipients) {
    out += "\r\n";
    const bool one_of_several = message.others_have_it && recipient.action == "failed";
    out += one_of_several ? kOneOfSeveral : words_of(recipient.action).sentence;
    const std::string shown =
        clean_line(recipient.final_recipient, kMaxFact, charset_of(message.transport));
    out += "\r\n\r\n    " + shown + "\r\n";
    const std::string& code = recipient.diagnostic_code;
    if (!code.empty()) out += "    because: " + code.substr(code.find("; ") + 2) + "\r\n";
    const std::string_view meaning = words_of_status(recipient.status);
    if (!meaning.empty()) {
      out += "    " + recipient.status + " means: ";
      out += meaning;
      out += "\r\n";
    }
  }
}

void write_status(const DsnMessage& message, std::string& out) {
  const bool utf8 = message.transport == Transport::smtputf8;
  begin_part(out, utf8 ? "message/global-delivery-status" : "message/delivery-status",
             message.transport);
  if (!message.original_envelope_id.empty()) {
    write_field(out, "Original-Envelope-Id", message.original_envelope_id);
  }
  write_field(out, "Reporting-MTA", "dns; " + message.reporting_mta);
  if (message.arrival_date) write_field(out, "Arrival-Date", date_text(*message.arrival_date));
  for (const RecipientFacts& recipient : message.recipients) {
    out += "\r\n";
    if (!recipient.original_recipient.empty()) {
      write_field(out, "Original-Recipient",
                  written_address(recipient.original_recipient, message.transport));
    }
    write_field(out, "Final-Recipient",
                written_address(recipient.final_recipient, message.transport));
    write_field(out, "Action", recipient.action);
    write_field(out, "Status", recipient.status);
    if (!recipient.remote_mta.empty()) {
      write_field(out, "Remote-MTA", "dns; " + recipient.remote_mta);
    }
    if (!recipient.diagnostic_code.empty()) {
      write_field(out, "Diagnostic-Code", recipient.diagnostic_code);
    }
  }
}

void write_returned(const DsnMessage& message, std::string& out) {
  if (message.returned_header.empty()) return;
  const bool utf8 = message.transport == Transport::smtputf8;
  begin_part(out, utf8 ? "message/global-headers" : "text/rfc822-headers", message.transport);
  std::string_view rest = message.returned_header;
  while (!rest.empty()) {
    out += take_line(rest);
    out += "\r\n";
  }
}

bool names_type(std::string_view field) {
  return lower(field.substr(0, field.find(':'))).starts_with("content-type");
}

// Fields alone, one clean line each; names keep their case and do not begin with a hyphen. A
// header's second Content-Type says nothing; many would look like many parts.
std::string clean_returned_header(std::string_view header, Charset charset) {
  constexpr std::size_t kMaxFieldName = 76;
  std::string lines;
  std::string out;
  for (const char c : header.substr(0, kMaxReturnedHeader)) lines += c == '\r' ? '\n' : c;
  std::string_view rest = lines;
  std::string field;
  bool typed = false;
  const auto end_field = [&] {
    const std::string line = clean_line(field, kMaxFact, charset);
    field.clear();
    if (line.empty() || out.size() + line.size() >= kMaxReturnedHeader) return;
    if (names_type(line) && std::exchange(typed, true)) return;
    out += line + "\n";
  };
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (line.empty()) continue;
    if (line.front() == ' ' || line.front() == '\t') {
      if (!field.empty()) field += line;
      continue;
    }
    end_field();
    const bool named = begins_field(line) && line.front() != '-' && line.find(':') <= kMaxFieldName;
    if (named) field = line;
  }
  end_field();
  return out;
}

}  // namespace

DsnMessage cleaned(DsnMessage message) {
  const Charset charset = charset_of(message.transport);
  message.from = clean_mailbox(message.from, message.transport);
  message.to = clean_mailbox(message.to, message.transport);
  message.message_id = clean_mailbox(message.message_id, message.transport);
  message.reporting_mta = typed_mta("dns; " + clean_line(message.reporting_mta, kMaxFact, charset));
  message.original_envelope_id = clean_line(message.original_envelope_id, kMaxFact, charset);
  if (message.arrival_date && !is_on_record(*message.arrival_date)) message.arrival_date.reset();
  std::vector<RecipientFacts> recipients;
  for (const RecipientFacts& given : message.recipients) {
    if (recipients.size() == kMaxRecipients) break;
    RecipientFacts recipient = clean_recipient(given, message.transport);
    if (!recipient.final_recipient.empty()) recipients.push_back(std::move(recipient));
  }
  message.recipients = std::move(recipients);
  message.returned_header = clean_returned_header(message.returned_header, charset);
  return message;
}

std::string write_dsn(const DsnMessage& message) {
  const DsnMessage clean = cleaned(message);
  const std::string_view action =
      clean.recipients.empty() ? "failed" : std::string_view(clean.recipients.front().action);
  std::string out;
  write_header(clean, words_of(action).subject, out);
  write_report_type(out);
  out += "This is a report in several parts, for programs and for people.\r\n";
  write_text(clean, out);
  write_status(clean, out);
  write_returned(clean, out);
  out += "\r\n--";
  out += kBoundary;
  out += "--\r\n";
  return out;
}

std::string write_notice(const DsnMessage& message) {
  const DsnMessage clean = cleaned(message);
  const bool utf8 = clean.transport == Transport::smtputf8;
  std::string out;
  write_header(clean, "An answer to your mail is not understood", out);
  out += utf8 ? "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
              : "Content-Type: text/plain; charset=us-ascii\r\n";
  out += "\r\nThis is the mail system of " + clean.reporting_mta + ".\r\n\r\n";
  out +=
      "A message came back in answer to your mail to this recipient. What it says\r\n"
      "is not understood here, so it is not known whether your mail arrived:\r\n\r\n";
  for (const RecipientFacts& recipient : clean.recipients) {
    const Charset charset = charset_of(clean.transport);
    out += "    " + clean_line(recipient.final_recipient, kMaxFact, charset) + "\r\n";
  }
  const Fields about = read_fields(clean.returned_header);
  for (const char* name : {"message-id", "date", "subject"}) {
    const std::string_view value = first_value(about, name);
    if (!value.empty()) out += "    its " + std::string(name) + ": " + std::string(value) + "\r\n";
  }
  return out;
}

}  // namespace waybill::relay::returnpath::report
