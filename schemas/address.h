// Address: a mailbox as the log names it: `local@domain`, normalised.
//
//   domain      lower-case A-label (RFC 5890 2.3.2.1), no trailing dot; or an address literal in
//               brackets ("[192.0.2.1]", "[IPv6:2001:db8::1]")
//   local part  unquoted text; ASCII letters folded to lower case only if the domain's setting says
//               so; UTF-8 as given (RFC 6531 3.3), valid and without control characters
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

// RFC 5321 4.5.3.1.1 and 4.5.3.1.2: octets.
inline constexpr std::size_t kMaxLocalPart = 64;
inline constexpr std::size_t kMaxDomain = 255;

class Address {
 public:
  // `text` is a Mailbox of RFC 5321 4.1.2 without angle brackets, extended by RFC 6531 3.3:
  // dot-atom or quoted local part, domain in U- or A-labels or an address literal. Errc::invalid
  // otherwise, also for CR, LF, NUL and other control characters anywhere. The local part's limit
  // counts its octets as written, quotes and all.
  static runtime::Result<Address> parse(std::string_view text,
                                        LocalPartCase local_case = LocalPartCase::keep);

  const std::string& local() const { return local_; }
  const std::string& domain() const { return domain_; }

  // "local@domain", the local part quoted where RFC 5321 asks for it: fit for a MAIL or RCPT
  // command and for the log. parse(text()) gives the same Address.
  std::string text() const;

  // True if the local part is not ASCII: SMTPUTF8 is needed to carry it.
  bool needs_smtputf8() const;

  // This address with another local part, unquoted: clean UTF-8 (utf8.h) and, with the quotes it
  // may need, at most kMaxLocalPart octets. That is the caller's promise: text from outside is
  // parsed.
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
};

// A domain name as lower-case A-label, one trailing dot dropped. Errc::invalid for what is no host
// name (RFC 1123 2.1; labels of 1 to 63 octets, LDH and underscore-free), 255 octets in all.
runtime::Result<std::string> normalise_domain(std::string_view name);

}  // namespace waybill::schemas
