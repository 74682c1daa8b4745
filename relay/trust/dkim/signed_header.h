// SignedHeader: finds the fields that a signature's h= names, and hashes them as RFC 6376 3.7 says.
// Sans-I/O. One hash takes time in proportion to the octets of the fields and the names in h=.
#pragma once

#include <cstddef>
#include <vector>

#include "relay/message/header_fields.h"
#include "relay/trust/dkim/signature.h"
#include "runtime/crypto.h"

namespace waybill::relay::trust::dkim {

class SignedHeader {
 public:
  // `fields` outlives it; their lines are plain (header_fields.h).
  explicit SignedHeader(const std::vector<message::HeaderField>& fields);

  // Of the fields that `signature` names, each name taking the lowest field that is not taken yet,
  // or nothing where there is no more (RFC 6376 5.4.2), and of the signature's own field, whose
  // place in the header is `own`, without the value of b=. Its own field is not taken for a name in
  // h=, which cannot mean it (RFC 6376 3.5). The signature is without a fault.
  runtime::Digest hash(const Signature& signature, std::size_t own) const;

 private:
  std::vector<std::size_t> chosen(const Signature& signature, std::size_t own) const;

  const std::vector<message::HeaderField>& fields_;
  std::vector<std::size_t> by_name_;  // places, in the order of names and then from the bottom
};

}  // namespace waybill::relay::trust::dkim
