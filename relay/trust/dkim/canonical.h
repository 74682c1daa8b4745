// The canonical forms of RFC 6376 3.4: what a signature is a signature of. Sans-I/O, linear time.
//
// Only CRLF ends a line. A bare CR or LF is an octet of its line like any other: what was signed is
// what is compared.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace waybill::relay::trust::dkim {

enum class Form { simple, relaxed };

// Appends the canonical form of one field, without the CRLF that closes it. `field`: its octets
// without that CRLF, folded as they came; without a colon it has no canonical form.
void append_field(Form form, std::string_view field, std::string& out);

// Takes canonical octets, in pieces of any size.
class CanonicalSink {
 public:
  virtual ~CanonicalSink() = default;
  virtual void put(std::string_view octets) = 0;
};

// A body brought into its canonical form piece by piece. Of what may yet turn out to be an end that
// is not signed it keeps the number of lines alone, so its memory does not grow with the body. The
// sink outlives it.
class CanonicalBody {
 public:
  CanonicalBody(Form form, CanonicalSink& sink) : form_(form), sink_(sink) {}

  // Pieces in order, cut anywhere.
  void take(std::string_view piece);
  // The end of the body; call once. A last line without CRLF is given one.
  void end();

 private:
  void take_simple(std::string_view piece);
  void take_relaxed(std::string_view piece);
  // White space inside a line, or at its end. Returns how many octets of `rest` it is.
  std::size_t take_space(std::string_view rest);
  // What was held back is inside the body after all: octets of a line follow.
  void release();

  Form form_;
  CanonicalSink& sink_;
  std::size_t line_ends_ = 0;  // CRLFs held back
  bool space_ = false;         // relaxed: white space held back
  bool cr_ = false;            // a CR held back, that may be half of a CRLF
  bool is_empty_ = true;       // nothing was put yet
};

}  // namespace waybill::relay::trust::dkim
