// Any octets as a DKIM-Signature's value and as a key record: read or refused, and what is read is
// fit for a DNS question and within its limits.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relay/trust/dkim/key_record.h"
#include "relay/trust/dkim/signature.h"
#include "runtime/dns/question_name.h"

namespace {

namespace dkim = waybill::relay::trust::dkim;

void require(bool kept) {
  if (!kept) std::abort();
}

void printable(std::string_view text) {
  for (const char c : text) require(c >= ' ' && c != 0x7f);
}

void signature_keeps_its_promises(const dkim::Signature& signature, std::string_view text) {
  require(signature.identity.size() <= dkim::kMaxIdentityOctets + 1 + signature.domain.size());
  require(signature.signed_names.size() <= dkim::kMaxSignedNames);
  if (signature.fault) {
    require(signature.fault->word != dkim::DkimWord::pass && !signature.fault->reason.empty());
    return;
  }
  require(waybill::runtime::dns::is_question_name(signature.key_name()));
  require(signature.identity_domain().ends_with(signature.domain));
  require(signature.times_signed("FROM") > 0);
  require(!signature.data.empty() && !signature.body_hash.empty());
  require(signature.data_begin <= signature.data_end && signature.data_end <= text.size());
  // What is cut out is all of a tag's value, and "=" stands in front of it.
  require(signature.data_begin > 0 && text[signature.data_begin - 1] == '=');
  require(signature.data_end == text.size() || text[signature.data_end] == ';');
  printable(signature.algorithm);
  printable(signature.selector);
  for (const std::string& name : signature.signed_names) printable(name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // The signature up to the first NUL, the key behind it.
  const std::size_t cut = text.find('\0');
  const dkim::Signature signature = dkim::parse_signature(text.substr(0, cut));
  signature_keeps_its_promises(signature, text.substr(0, cut));
  for (const std::int64_t seconds : {0ll, 1'700'000'000ll}) {
    dkim::fault_at(signature, waybill::runtime::WallTime(std::chrono::seconds(seconds)));
  }
  const std::string_view rest = cut == std::string_view::npos ? text : text.substr(cut + 1);
  if (const auto key = dkim::parse_key_record(rest)) {
    require(key->key == nullptr || !key->fault);
    if (key->key != nullptr && key->type == "rsa") {
      require(key->key->bits() >= dkim::kMinRsaBits && key->key->bits() <= dkim::kMaxRsaBits);
      require(key->key->exponent_bits() <= dkim::kMaxRsaExponentBits);
    }
    if (!signature.fault && !dkim::unfit(*key, signature)) require(key->key != nullptr);
  }
  return 0;
}
