// Needs: what a message asks of the servers that carry it, by its octets and not by what was
// declared for it.
//
// A header with an octet beyond ASCII is an internationalized one (RFC 6532 3) and needs SMTPUTF8;
// such octets in the body alone need 8BITMIME (RFC 6152 2). Constant memory, any split of the
// message into pieces. Owner's thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace waybill::relay::message {

struct Needs {
  bool smtputf8 = false;
  bool eight_bit = false;
  friend bool operator==(const Needs&, const Needs&) = default;
};

class NeedsScan {
 public:
  // The next octets of the message, lines ending in CRLF.
  void read(std::string_view octets);
  Needs needs() const { return needs_; }

 private:
  std::size_t header_part(std::string_view octets);

  Needs needs_;
  bool in_header_ = true;
  bool cr_first_ = false;    // the line begins with CR
  std::size_t in_line_ = 0;  // octets of the line so far
};

}  // namespace waybill::relay::message
