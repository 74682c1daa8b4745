// What the server core says of its own accord (RFC 5321 4.2, RFC 3463). Pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "schemas/reply.h"

namespace waybill::relay::smtp::replies {

using schemas::Reply;

// RFC 2034 3: neither the greeting nor the answers to HELO and EHLO carry an enhanced code.
inline Reply greeting(const std::string& host) { return {220, "", host + " ESMTP Waybill"}; }
inline Reply helo(const std::string& host) { return {250, "", host}; }
// `tls`: "\nSTARTTLS" where that is offered, "\nREQUIRETLS" where TLS is on.
inline Reply ehlo(const std::string& host, std::uint64_t max_message_octets, const char* tls) {
  return {250, "",
          host + "\nPIPELINING\nSIZE " + std::to_string(max_message_octets) + tls +
              "\n8BITMIME\nSMTPUTF8\nENHANCEDSTATUSCODES\nCHUNKING\nDSN\nPRDR\nXASKED"};
}
inline Reply ready_for_tls() { return {220, "2.0.0", "Ready to start TLS"}; }
inline Reply ok() { return {250, "2.0.0", "OK"}; }
inline Reply help() { return {214, "2.0.0", "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY QUIT"}; }
inline Reply cannot_verify() { return {252, "2.5.0", "Cannot verify, send mail to find out"}; }
inline Reply bye() { return {221, "2.0.0", "Bye"}; }
inline Reply send_body() { return {354, "", "End data with <CR><LF>.<CR><LF>"}; }
inline Reply one_by_one() { return {353, "", "Each recipient is answered, then the message"}; }
inline Reply chunk_taken(std::uint64_t octets) {
  return {250, "2.0.0", std::to_string(octets) + " octets received"};
}

inline Reply unknown_command() { return {500, "5.5.2", "Command not known"}; }
inline Reply line_too_long() { return {500, "5.5.6", "Line too long"}; }
inline Reply bare_line_feed() { return {500, "5.5.2", "Lines end in CR LF, not in LF alone"}; }
inline Reply control_octet() { return {501, "5.5.2", "Control octets are not allowed"}; }
inline Reply syntax(const char* how) { return {501, "5.5.4", std::string("Syntax: ") + how}; }
inline Reply not_offered() { return {502, "5.5.1", "Command not offered"}; }
inline Reply needs_tls() { return {555, "5.5.4", "REQUIRETLS is taken under TLS alone"}; }
inline Reply bad_sequence(const char* what) { return {503, "5.5.1", what}; }
inline Reply no_recipients() { return {554, "5.5.1", "No valid recipients"}; }
inline Reply too_many_recipients() { return {452, "4.5.3", "Too many recipients"}; }
inline Reply this_is_smtp() { return {554, "5.5.1", "This is SMTP, not HTTP"}; }
inline Reply too_many_errors() { return {421, "4.7.0", "Too many errors"}; }
inline Reply too_many_idle() { return {421, "4.7.0", "Too many commands without mail"}; }
inline Reply too_many_transactions() { return {421, "4.7.0", "Too many messages in one session"}; }

}  // namespace waybill::relay::smtp::replies
