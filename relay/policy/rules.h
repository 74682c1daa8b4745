// Rules: the reasons that the relay itself gives for a verdict, one row each; and what refusals of
// next hops are about, where that is this server.
//
// A row's word stands in events (`rule`) and in every answer of the API, and stays in logs for
// years: a word is never changed and never used for something else. docs/rules.md has the same rows
// for operators, and rules_test.cc holds the two against each other. A route that rejects or drops
// is on record under the route's own name, which has an "@" and so is none of these words.
//
// A new rule is a row here, a line in a judge of this folder, a row of docs/rules.md and a
// transcript in tests/transcripts. Pure functions and constants.
#pragma once

#include <string>
#include <string_view>

#include "schemas/reply.h"

namespace waybill::relay::policy {

// Rules of one word have one meaning and speak at different stages.
enum class Rule {
  // The connection.
  too_many_refusals,
  early_talker,
  // MAIL.
  mail_syntax,
  mail_size,
  // What the sender asks for at RCPT.
  syntax,
  too_many_recipients,
  unknown_domain,
  helo,
  client_name,
  client_listed,
  unknown_alias,
  loop,
  client_rate,
  network_rate,
  sender_domain_rate,
  greylist,
  // A return path at RCPT.
  return_path_alone,
  return_path_forged,
  return_path_expired,
  return_path_unknown,
  // The next hop.
  no_route,
  unreachable,
  next_hop_busy,
  next_hop_tls,
  next_hop_without_smtputf8,
  next_hop_without_8bitmime,
  next_hop_size,
  next_hop_wants_tls,
  next_hop_login,
  next_hop_without_require_tls,
  unsafe_octets,
  connection_lost,
  provider_rate,
  // What a next hop's own refusal is about (hop_words.h).
  next_hop_throttles,
  next_hop_reputation,
  next_hop_blocks,
  next_hop_authentication,
  // The body.
  timeout,
  bare_line_end,
  message_size,
  spool,
  blank_first,
  header_size,
  hop_count,
  from_field,
  dmarc,
  dmarc_unsure,
  spam,
  spam_later,
  spam_unsure,
  log_timeout,
  out_of_time,
  done_before,
  // The body of a report.
  report_busy,
  report_unknown,
  report_spool,
  return_path_sender,
  return_path_used_up,
  report_sender_unsure,
  report_again,
  report_late,
  report_absorbed,
  report_held,
};

// Which reply of ours the verdict decides. `either`: RCPT's or the body's; a report's next hop is
// asked only once the body is whole.
enum class Stage { connection, mail, rcpt, body, either };

struct RuleRow {
  Rule rule;
  std::string_view word;
  Stage stage;
  // Code and enhanced code; more than one where what was found decides.
  std::string_view reply;
  // Empty: the text says what was found.
  std::string_view text;
  std::string_view meaning;
};

// Of rules that name what another server's reply is about.
inline constexpr std::string_view kTheirReply = "the next hop's";

inline constexpr RuleRow kRules[] = {
    {Rule::too_many_refusals, "too-many-refusals", Stage::connection, "421 4.7.0", "",
     "The client has had more refused than one may, in this session or in this hour; `reply` says "
     "how many, or `sessions` how many sessions were turned away for it, at most those of a "
     "minute."},
    {Rule::early_talker, "early-talker", Stage::connection, "554 5.5.0",
     "You spoke before the greeting",
     "The client did not wait for the greeting (`greeting_delay`)."},
    {Rule::mail_syntax, "syntax", Stage::mail, "500, 501, 553, 555", "",
     "The MAIL command is not what RFC 5321 and the announced extensions allow."},
    {Rule::mail_size, "message-size", Stage::mail, "552 5.3.4", "",
     "The sender declared a size above `max_message_size` (RFC 1870 6.1)."},
    {Rule::syntax, "syntax", Stage::rcpt, "500, 501, 553, 555", "",
     "The RCPT command is not what RFC 5321 and the announced extensions allow."},
    {Rule::too_many_recipients, "too-many-recipients", Stage::rcpt, "452 4.5.3", "",
     "The transaction has as many recipients as one may have."},
    {Rule::unknown_domain, "unknown-domain", Stage::rcpt, "550 5.7.1",
     "This server does not take mail for that domain", "The domain is none of ours."},
    {Rule::helo, "helo", Stage::rcpt, "550 5.7.1", "",
     "The client's HELO or EHLO is what `helo` of `[door]` does not take."},
    {Rule::client_name, "client-name", Stage::rcpt, "450 4.7.25, 550 5.7.25", "",
     "The client's address has no name in DNS, or none that leads back to it, and `reverse_dns` of "
     "`[door]` asks for one."},
    {Rule::client_listed, "client-listed", Stage::rcpt, "550 5.7.1", "",
     "DNS lists name the client's address, and their weights together reach `refuse_at`."},
    {Rule::unknown_alias, "unknown-alias", Stage::rcpt, "550 5.1.1", "No such address here",
     "The domain is ours; no alias and no catch-all of it matches."},
    {Rule::loop, "loop", Stage::rcpt, "554 5.4.6",
     "The mail is in a loop: it is being asked for here already",
     "The next hop that was asked for this address asked this server for it again."},
    {Rule::client_rate, "client-rate", Stage::rcpt, "451 4.7.1", "",
     "The client has named `recipients_per_client` within an hour."},
    {Rule::network_rate, "network-rate", Stage::rcpt, "451 4.7.1", "",
     "Clients of one network have named `recipients_per_network` within an hour."},
    {Rule::sender_domain_rate, "sender-domain-rate", Stage::rcpt, "451 4.7.1", "",
     "Senders of one domain have named `recipients_per_sender_domain` within an hour."},
    {Rule::greylist, "greylist", Stage::rcpt, "451 4.7.1", "",
     "Nothing was taken yet from the client's network for the domain of this sender, and "
     "`greylist_wait` is not over since its first try."},
    {Rule::return_path_alone, "return-path-alone", Stage::rcpt, "452 4.5.3",
     "A return path takes its report alone; send this one again",
     "A return path and another recipient were named in one transaction."},
    {Rule::return_path_forged, "return-path-forged", Stage::rcpt, "550 5.1.1",
     "No such address here",
     "The address looks like a return path, and this server did not make it for that domain."},
    {Rule::return_path_expired, "return-path-expired", Stage::rcpt, "550 5.7.1",
     "This return path has expired: its time for reports is over",
     "The report came after the `bounce_window` of its delivery."},
    {Rule::return_path_unknown, "return-path-unknown", Stage::rcpt, "451 4.3.0",
     "Whose return path this is cannot be said now; try again later",
     "The views cannot say whether the window of this delivery is over."},
    {Rule::no_route, "no-route", Stage::either, "451 4.4.3, 550 5.1.2, 554 5.4.6, 556 5.1.10", "",
     "DNS names no server for the target: no answer, none there, only this server itself, or a "
     "null MX."},
    {Rule::unreachable, "unreachable", Stage::either, "451 4.4.1", "",
     "No next hop took the connection, or none answered."},
    {Rule::next_hop_busy, "next-hop-busy", Stage::either, "451 4.4.5",
     "As many connections to next hops are open as may be; try again later",
     "`max_connections_per_hop` are open to the next hop, `max_connections_per_client` work for "
     "messages "
     "of this client, or all that the process may open are in use."},
    {Rule::next_hop_tls, "next-hop-tls", Stage::either, "451 4.7.5", "",
     "The target's mail goes by TLS alone (`tls` of its next hops), and TLS with the next hop "
     "failed: "
     "`reply` says why."},
    {Rule::next_hop_without_smtputf8, "next-hop-without-smtputf8", Stage::either, "550 5.6.7",
     "The next hop does not take internationalized mail",
     "The target, or the header of the message, is not ASCII alone and needs SMTPUTF8, which the "
     "next hop does not offer."},
    {Rule::next_hop_without_8bitmime, "next-hop-without-8bitmime", Stage::body, "550 5.6.3",
     "The message has octets beyond ASCII, which the next hop does not take",
     "The body of the message is not ASCII alone, and the next hop does not offer 8BITMIME (RFC "
     "6152 3)."},
    {Rule::next_hop_size, "next-hop-size", Stage::either, "552 5.3.4",
     "The message is larger than the next hop takes",
     "The sender declared a size above the next hop's limit."},
    {Rule::next_hop_wants_tls, "next-hop-wants-tls", Stage::either, "451 4.7.0", "",
     "The next hop wants TLS or a log-in before it takes mail, and is given neither."},
    {Rule::next_hop_login, "next-hop-login", Stage::either, "451 4.7.0", "",
     "The log-in at the next hop (`user` of its next hops, or of `[smarthost]`) failed: it refused "
     "it less than a minute ago, or could not judge it, or offers none that is known; or behind it "
     "the "
     "next hop does not let this server send. `reply` says why."},
    {Rule::next_hop_without_require_tls, "next-hop-without-requiretls", Stage::either,
     "550 5.7.10, 550 5.7.30", "",
     "The sender asks for TLS on the whole way (REQUIRETLS, RFC 8689), and no next hop of the "
     "target "
     "offers that (5.7.30), or none by TLS with a host whose name and certificate can be trusted "
     "(5.7.10)."},
    {Rule::unsafe_octets, "unsafe-octets", Stage::body, "550 5.6.0",
     "The message has octets that no server can be trusted with",
     "A line of the message begins with NUL: a server that drops NULs may see the end of the "
     "message there."},
    {Rule::connection_lost, "connection-lost", Stage::body, "451 4.4.2", "",
     "The next hop went away, or answered out of turn, before it had the whole message."},
    {Rule::provider_rate, "provider-rate", Stage::either, "451 4.7.1",
     "As much as this provider may be sent goes there already; try again later",
     "As many messages as the `rate` of its provider (`[providers]`) allows at once are on their "
     "way "
     "to the mail provider of this target, or went there just before."},
    {Rule::next_hop_throttles, "next-hop-throttles", Stage::either, kTheirReply, "",
     "The next hop takes less mail from this server than it is sent, or opens fewer connections."},
    {Rule::next_hop_reputation, "next-hop-reputation", Stage::either, kTheirReply, "",
     "The next hop says that mail of this server has a bad name: complaints, or what looks like "
     "spam."},
    {Rule::next_hop_blocks, "next-hop-blocks", Stage::either, kTheirReply, "",
     "The next hop takes no mail from the address of this server: it is on a list, its own or "
     "somebody's."},
    {Rule::next_hop_authentication, "next-hop-authentication", Stage::either, kTheirReply, "",
     "The next hop refuses the message since SPF, DKIM or DMARC do not speak for it, which "
     "forwarding may have broken."},
    {Rule::timeout, "timeout", Stage::body, "421 4.4.2", "",
     "The sender stopped in the middle of the body, or sent it too slowly."},
    {Rule::bare_line_end, "bare-line-end", Stage::body, "550 5.6.0",
     "The message has a bare CR or LF; lines end in CRLF (RFC 5321 2.3.8)",
     "A CR without LF, or an LF without CR, in the message."},
    {Rule::message_size, "message-size", Stage::body, "552 5.3.4",
     "The message is larger than this server takes",
     "The message is larger than `max_message_size`."},
    {Rule::spool, "spool", Stage::body, "452 4.3.1",
     "No room to keep the message while it is forwarded",
     "The spool is full, or its disk failed, while the message came in."},
    {Rule::blank_first, "header-begins-blank", Stage::body, "550 5.6.0",
     "The message begins with white space, where no field stands that it could continue",
     "The message begins with white space: it would become a part of this server's own `Received` "
     "field."},
    {Rule::header_size, "header-size", Stage::body, "550 5.6.0",
     "The header is larger than this server judges",
     "The header goes on behind 256 KiB, or behind `memory_per_message` where that is more: its "
     "authors cannot be seen."},
    {Rule::hop_count, "hop-count", Stage::body, "554 5.4.6",
     "Too many Received fields: the message is in a loop",
     "The message has more than 50 `Received` fields."},
    {Rule::from_field, "from-field", Stage::body, "550 5.6.0", "",
     "The message has no From field, or several, or one that is not a list of mailboxes (RFC 5322 "
     "3.6.2), and a recipient's domain enforces DMARC, which judges its authors."},
    {Rule::dmarc, "dmarc", Stage::body, "550 5.7.1", "",
     "The message fails DMARC, the author's domain asks to reject such mail, and a recipient's "
     "domain enforces it."},
    {Rule::dmarc_unsure, "dmarc-unsure", Stage::body, "451 4.7.0", "",
     "DNS gave no answer that DMARC needs, the author's domain asks to reject mail that fails or "
     "may do so, and a recipient's domain enforces it. A domain that DNS says nothing of at all "
     "does "
     "not count."},
    {Rule::spam, "spam", Stage::body, "550 5.7.1", "",
     "The spam filter rejects the message, and a recipient's domain lets it."},
    {Rule::spam_later, "spam-later", Stage::body, "451 4.7.1", "",
     "The spam filter asks for the message again later, and a recipient's domain lets it."},
    {Rule::spam_unsure, "spam-unsure", Stage::body, "451 4.7.1",
     "The message could not be judged; try again later",
     "The spam filter gave no judgement, and `on_failure` of `[rspamd]` is `defer`."},
    {Rule::log_timeout, "log-timeout", Stage::body, "451 4.3.0",
     "The log took too long to keep the acceptance; nothing was sent",
     "With `ack = \"kafka\"`: the log had the acceptance too late, so nothing was sent to this "
     "target."},
    {Rule::out_of_time, "out-of-time", Stage::either, "451 4.4.1",
     "There was no time left to hand the message over; try again later",
     "Other targets took all of `rcpt_deadline`, or of `final_deadline`; this one was not asked, "
     "or "
     "nothing was sent to it."},
    {Rule::done_before, "done-before", Stage::body, "250 2.0.0", "Message taken",
     "An earlier try of the same message, which was answered 451, has reached this target: it is "
     "not sent again."},
    {Rule::report_busy, "return-path-busy", Stage::body, "451 4.3.0",
     "Another report on this delivery is at work; try again later",
     "Another report on the same delivery is being handled."},
    {Rule::report_unknown, "return-path-unknown", Stage::body, "451 4.3.0",
     "Whose return path this is cannot be said now; try again later",
     "The views cannot say whose return path it is, or not yet."},
    {Rule::report_spool, "spool", Stage::body, "451 4.3.0",
     "The report could not be read back; try again later",
     "The report could not be read: the disk of the spool failed, or its workers are too busy."},
    {Rule::return_path_sender, "return-path-sender", Stage::body, "550 5.7.1",
     "A return path takes reports alone",
     "Mail with a sender came to a return path, and does not read as a report."},
    {Rule::return_path_used_up, "return-path-used-up", Stage::body, "550 5.7.1",
     "This return path has taken all the reports that it may",
     "The delivery has had 8 reports already."},
    {Rule::report_sender_unsure, "return-path-sender-unsure", Stage::body, "451 4.4.3",
     "Whether the originator may be told cannot be found out now; try again later",
     "DNS did not answer when the message came, nor when the report did: whether its sender may be "
     "told is not known."},
    {Rule::report_again, "report-again", Stage::body, "250 2.0.0", "Report taken",
     "The same report came before, and nothing is left to be done."},
    {Rule::report_late, "report-late", Stage::body, "250 2.0.0", "Report taken",
     "The window closed between RCPT and the end of the report; it is recorded and goes nowhere."},
    {Rule::report_absorbed, "report-absorbed", Stage::body, "250 2.0.0", "Report taken",
     "`bounces` of the alias says that nobody is told."},
    {Rule::report_held, "report-held", Stage::body, "250 2.0.0", "Report taken",
     "The report is recorded and goes nowhere: the sender was not verified, or did not ask."},
};

const RuleRow& row_of(Rule rule);
inline std::string_view word_of(Rule rule) { return row_of(rule).word; }
// "connection", "MAIL", "RCPT", "body", "RCPT, body".
std::string_view word_of(Stage stage);

// The reply of a rule that has one code and one text.
schemas::Reply reply_of(Rule rule);
// The reply of a rule that has one code, and a text that says what was found.
schemas::Reply reply_of(Rule rule, std::string text);

// A verdict against a recipient or a message, before it is on record.
struct Refusal {
  std::string rule;  // a word of kRules, or the name of the route that rejects
  schemas::Reply reply;
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

Refusal refusal_by(Rule rule);
Refusal refusal_by(Rule rule, schemas::Reply reply);

}  // namespace waybill::relay::policy
