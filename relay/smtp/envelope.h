// The arguments of MAIL and RCPT (RFC 5321 4.1.1.2, 4.1.1.3, 4.1.2): a path, then parameters.
//
// What is refused is data: the refusal is the very reply to say. What is accepted holds no control
// octet, and each text of it is fit to be passed on. Pure functions, any thread; views last as long
// as the argument.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "relay/smtp/dsn_parameters.h"
#include "schemas/address.h"
#include "schemas/reply.h"

namespace waybill::relay::smtp {

enum class BodyKind { seven_bit, eight_bit_mime };

// RFC 3461 4.
struct MailDsn {
  std::string ret;    // "FULL", "HDRS" or empty
  std::string envid;  // xtext as sent, or empty
};

struct RcptDsn {
  std::string notify;  // "NEVER", "SUCCESS,FAILURE" ... upper case, or empty
  std::string orcpt;   // "rfc822;xtext" as sent, or empty
};

struct MailArgument {
  // As RcptArgument's.
  std::string_view path;
  std::optional<schemas::Address> sender;  // nullopt: the null reverse-path
  std::optional<std::uint64_t> size;
  BodyKind body = BodyKind::seven_bit;
  Smtputf8 smtputf8 = Smtputf8::no;
  MailDsn dsn;
  std::string asked;  // asked.h; empty if nothing is
  bool prdr = false;  // a reply to the body for each recipient
  bool require_tls = false;
  std::optional<schemas::Reply> refusal;
};

struct RcptArgument {
  // As sent, without angle brackets; the whole argument if no path can be made out in it. It may
  // hold control octets if `refusal` is set.
  std::string_view path;
  std::optional<schemas::Address> recipient;  // absent only with `refusal`
  RcptDsn dsn;
  std::optional<schemas::Reply> refusal;
};

// `argument` begins with "FROM:". A SIZE above `max_size` is refused by 552 5.3.4 (RFC 1870 6.1).
MailArgument parse_mail(std::string_view argument, std::uint64_t max_size);

// `argument` begins with "TO:". "<postmaster>" is that of `host_name` (RFC 5321 4.5.1); `smtputf8`
// is what MAIL said.
RcptArgument parse_rcpt(std::string_view argument, const std::string& host_name, Smtputf8 smtputf8);

}  // namespace waybill::relay::smtp
