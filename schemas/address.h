// Address: a mailbox as the log names it: `local@domain`, normalised.
//
//   domain      lower-case A-label (RFC 5890 2.3.2.1), no trailing dot, underscores as others write
//               them; or an address literal in brackets ("[192.0.2.1]", "[IPv6:2001:db8::1]")
//   local part  unquoted text; ASCII letters folded to lower case only if the domain's setting says
//               so; UTF-8 as given (RFC 6531 3.3), valid and without control characters
//
// Local parts are taken as the world writes them: of any length, and with dots anywhere ("a..b@",
// "a.@"), which RFC 5321 4.1.2 lets stand in quotes alone. Carriers have given out such mailboxes,
// and only the bare spelling reaches them; one that came in quotes keeps those. Quotes and
// backslashes that change nothing are no part of an address.
//
// Two Addresses name the same mailbox exactly if they are equal. Values are immutable.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/result.h"

namespace waybill::schemas {

enum class LocalPartCase { fold, keep };

// RFC 5321 4.5.3.1.1 and 4.5.3.1.2: octets. Of local parts, what we make ourselves keeps to it;
// addresses rewritten by forwarders (SRS, VERP) often do not.
inline constexpr std::size_t kMaxLocalPart = 64;
inline constexpr std::size_t kMaxDomain = 255;
// Octets of a whole address: no command line holds a longer one (relay/smtp/line_reader.h).
inline constexpr std::size_t kMaxMailbox = 2048;

class Address {
 public:
  // `text` is a Mailbox of RFC 5321 4.1.2 without angle brackets, extended by RFC 6531 3.3:
  // atoms and dots or a quoted local part, domain in U- or A-labels or an address literal, at most
  // kMaxMailbox octets. Errc::invalid otherwise, also for CR, LF, NUL and other control characters
  // anywhere.
  static runtime::Result<Address> parse(std::string_view text,
                                        LocalPartCase local_case = LocalPartCase::keep);

  const std::string& local() const { return local_; }
  const std::string& domain() const { return domain_; }

  // "local@domain", the local part quoted where it cannot stand bare, or came in quotes and is no
  // Dot-string of RFC 5321 4.1.2: fit for a MAIL or RCPT command and for the log. parse(text())
  // gives the same Address.
  std::string text() const;

  // True if the local part is not ASCII: SMTPUTF8 is needed to carry it.
  bool needs_smtputf8() const;

  // This address with another local part, unquoted: clean UTF-8 (utf8.h), and within kMaxMailbox
  // with the quotes it may need. That is the caller's promise: text from outside is parsed.
  Address with_local(std::string local) const;
  // This address with the ASCII letters of its local part in lower case.
  Address folded() const;

  friend bool operator==(const Address&, const Address&) = default;
  friend auto operator<=>(const Address&, const Address&) = default;

 private:
  Address(std::string local, std::string domain)
      : local_(std::move(local)), domain_(std::move(domain)) {}
  std::string local_;
  std::string domain_;
  bool keeps_quotes_ = false;  // it could stand bare and came in quotes that RFC 5321 asks for
};

// A domain name as lower-case A-label, one trailing dot dropped. Errc::invalid for what is no host
// name (RFC 1123 2.1; labels of 1 to 63 octets, LDH and underscore-free), 255 octets in all.
runtime::Result<std::string> normalise_domain(std::string_view name);

// The same for the domain of a mailbox that others made: labels may hold underscores, which no host
// name has (RFC 1123 2.1) and DNS carries (RFC 2181 11).
runtime::Result<std::string> normalise_mail_domain(std::string_view name);

}  // namespace waybill::schemas
