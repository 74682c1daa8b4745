#include "relay/returnpath/xtext.h"

#include "runtime/ascii.h"
#include "runtime/hex.h"

namespace waybill::relay::returnpath {

std::optional<std::string> decode_xtext(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char octet = text[i];
    if (octet == '+') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = runtime::hex_value(text[i + 1]);
      const int low = runtime::hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      octet = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (octet < ' ' || octet > '~') return std::nullopt;
    out += octet;
  }
  return out;
}

std::string decode_orcpt(std::string_view orcpt) {
  const std::size_t semicolon = orcpt.find(';');
  if (semicolon == std::string_view::npos) return {};
  const std::string_view type = orcpt.substr(0, semicolon);
  // RFC 6533 3: an address in other letters has escapes of its own.
  if (runtime::ascii::equal(type, "utf-8")) return std::string(orcpt);
  const auto address = decode_xtext(orcpt.substr(semicolon + 1));
  return address ? std::string(type) + ";" + *address : std::string();
}

}  // namespace waybill::relay::returnpath
