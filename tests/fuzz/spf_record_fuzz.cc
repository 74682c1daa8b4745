// Any octets as an SPF record and as an explanation: parsed or refused, and what is parsed keeps
// its promises, also when it is expanded.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relay/trust/spf/macro.h"
#include "relay/trust/spf/record.h"

namespace {

namespace spf = waybill::relay::trust::spf;

void require(bool kept) {
  if (!kept) std::abort();
}

bool is_printable(std::string_view text) {
  for (const char c : text) {
    if (c < ' ' || c > '~') return false;
  }
  return true;
}

spf::MacroValues values() {
  spf::MacroValues out;
  out.sender_local = "strong-bad";
  out.sender_domain = "email.example.com";
  out.domain = "email.example.com";
  out.client = boost::asio::ip::make_address("2001:db8::cb01");
  out.helo = "mx.example.org";
  out.receiver = "mx.example.net";
  out.validated_name = "unknown";
  return out;
}

void expand_well(const spf::MacroString& macros) {
  const auto text = spf::expand(macros, values());
  if (text) require(text->size() <= spf::kMaxExpansion && is_printable(*text));
}

void check_record(const spf::Record& record, std::size_t size) {
  require(record.mechanisms.size() <= size);
  for (const spf::Mechanism& one : record.mechanisms) {
    require(!one.text.empty());
    require(one.prefix4 <= 32 && one.prefix6 <= 128);
    require(one.kind != spf::MechanismKind::ip4 || one.network.is_v4());
    require(one.kind != spf::MechanismKind::ip6 || one.network.is_v6());
    const bool needs_domain =
        one.kind == spf::MechanismKind::include || one.kind == spf::MechanismKind::exists;
    require(!needs_domain || one.domain.has_value());
    if (one.domain) expand_well(*one.domain);
  }
  if (record.redirect) expand_well(*record.redirect);
  if (record.explanation) expand_well(*record.explanation);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string& record : {std::string(text), "v=spf1 " + std::string(text)}) {
    if (!spf::is_spf_record(record)) continue;
    const auto parsed = spf::parse_record(record);
    if (const auto* sound = std::get_if<spf::Record>(&parsed)) {
      check_record(*sound, record.size());
    } else {
      require(is_printable(std::get<spf::WrongTerm>(parsed).text));
    }
  }
  const auto plain = spf::parse_macro_string(text, spf::MacroPlace::record);
  const auto explanation = spf::parse_macro_string(text, spf::MacroPlace::explanation);
  // A record's grammar is part of the explanation's.
  if (plain) require(explanation == plain);
  if (spf::parse_domain_spec(text)) require(plain.has_value());
  if (explanation) expand_well(*explanation);
  return 0;
}
