// BodyHashes: the SHA-256 of one body in each canonical form and length that signatures ask for
// (RFC 6376 3.7). One pass over the body: a form is made once, however many signatures use it.
// Sans-I/O; memory does not grow with the body.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "relay/trust/dkim/canonical.h"
#include "runtime/crypto.h"

namespace waybill::relay::trust::dkim {

// Octets of the canonical body that a signature is of (RFC 6376 3.5, l=); nothing: all of them.
using SignedLength = std::optional<std::uint64_t>;

class BodyHashes {
 public:
  struct Hash {
    runtime::Digest digest{};
    // Octets of the whole canonical body: more than l= are not signed, fewer never were.
    std::uint64_t octets = 0;
  };

  BodyHashes();
  ~BodyHashes();

  // Before the first piece. The same twice is hashed once.
  void ask(Form form, SignedLength length);
  // Pieces in order, cut anywhere.
  void take(std::string_view piece);
  // The end of the body; call once.
  void end();
  // After the end, of what was asked for.
  Hash hash(Form form, SignedLength length) const;

 private:
  struct Length;
  class OneForm;
  OneForm& of(Form form) const;

  std::array<std::unique_ptr<OneForm>, 2> forms_;  // by Form; nullptr: nobody asked
};

}  // namespace waybill::relay::trust::dkim
