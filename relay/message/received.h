// The one thing we put in front of a message: our Received field (RFC 5321 4.4).
#pragma once

#include <string>
#include <string_view>

#include "runtime/endpoint.h"
#include "runtime/time.h"

namespace waybill::relay::message {

struct Trace {
  std::string_view helo;  // as the client gave it: cleaned here
  runtime::Endpoint client;
  std::string_view host_name;  // ours
  std::string_view protocol;   // RFC 3848, RFC 6531 3.7.3: "SMTP", "ESMTPS", "UTF8SMTP"
  std::string_view cipher;     // of TLS, by its name at IANA (RFC 8314 4.3); empty: in clear
  std::string_view id;         // the message id of the log
  runtime::WallTime time;
};

// The field with its CRLFs. The recipient is not named: one message may have several.
std::string received_field(const Trace& trace);

// RFC 5322 3.3: "Tue, 24 Nov 2026 12:00:00 +0000".
std::string rfc5322_date(runtime::WallTime time);

}  // namespace waybill::relay::message
