// Any octets as a header whose From is rewritten: whoever reads the result sees the alias as its
// only author, and the other fields and the end stay.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relay/message/header_fields.h"
#include "relay/trust/authors.h"
#include "relay/trust/rewrite_from.h"

namespace {

namespace trust = waybill::relay::trust;
namespace message = waybill::relay::message;
using waybill::schemas::Address;

void require(bool kept) {
  if (!kept) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string header = text.substr(0, message::body_begin(text));
  const auto author = trust::authors_of(header).mailbox;
  if (!author) return 0;
  const Address alias = *Address::parse("buzz@alias.test");
  const auto out = trust::rewrite_from(header, *author, alias);
  if (!out) return 0;
  const trust::Authors read = trust::authors_of(*out);
  require(read.from == trust::From::readable && read.domains.size() == 1);
  require(read.mailbox == alias && message::has_plain_lines(*out));
  // X-Original-From, and Reply-To, are more; no field is lost but one by the name of ours.
  std::size_t original = 0;
  for (const auto& field : message::split_header(*out)) {
    if (message::is_field(field, "X-Original-From")) ++original;
  }
  require(original == 1);
  require(message::body_begin(*out) == out->size());
  return 0;
}
