// normalise_domain: host names and internationalised ones, as RFC 5321 4.1.2 and RFC 6531 3.2 let
// them stand in a mailbox. Plain ASCII names, nearly all of them, never reach libidn2.
#include <idn2.h>

#include <algorithm>
#include <memory>

#include "runtime/ascii.h"
#include "schemas/address.h"
#include "schemas/utf8.h"

namespace waybill::schemas {
namespace {

using runtime::Errc;
using runtime::Result;

// RFC 1035 2.3.4
constexpr std::size_t kMaxLabel = 63;
// RFC 5890 2.3.2.1
constexpr std::string_view kAlabelPrefix = "xn--";

using runtime::ascii::is_digit;
using runtime::ascii::lower;

enum class Underscores { refused, kept };

bool is_label(std::string_view label, Underscores underscores) {
  const auto fits = [underscores](char c) {
    return runtime::ascii::is_lower(c) || is_digit(c) || c == '-' ||
           (c == '_' && underscores == Underscores::kept);
  };
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), fits);
}

// RFC 1123 2.1, for a name in lower case. The last label is never all digits: a dotted quad is an
// address, not a name.
bool is_host_name(std::string_view name, Underscores underscores) {
  if (name.size() > kMaxDomain) return false;
  for (;;) {
    const std::size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (!is_label(label, underscores)) return false;
    if (dot == std::string_view::npos) return !std::all_of(label.begin(), label.end(), is_digit);
    name.remove_prefix(dot + 1);
  }
}

bool has_alabel(std::string_view name) {
  return name.starts_with(kAlabelPrefix) || name.find(".xn--") != std::string_view::npos;
}

// RFC 5891 5 with the mapping of UTS #46, non-transitional: "straße" stays itself. A-labels given
// as such are decoded and checked, so that one name has one form.
Result<std::string> to_alabels(const std::string& name) {
  std::uint8_t* raw = nullptr;
  const int outcome = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(name.c_str()), &raw,
                                     IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<std::uint8_t, void (*)(void*)> owned(raw, idn2_free);
  if (outcome != IDN2_OK) return make_error_code(Errc::invalid);
  return std::string(reinterpret_cast<const char*>(raw));
}

Result<std::string> normalise(std::string_view name, Underscores underscores) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > kMaxDomain) return make_error_code(Errc::invalid);
  std::string folded(name);
  folded = lower(folded);
  const bool ascii = runtime::ascii::is_ascii(folded);
  if (ascii && !is_host_name(folded, underscores)) return make_error_code(Errc::invalid);
  if (ascii && !has_alabel(folded)) return folded;
  if (!is_clean_utf8(folded)) return make_error_code(Errc::invalid);

  Result<std::string> converted = to_alabels(folded);
  // The mapping can bring forth what no host name holds: U+2100 becomes "a/c".
  if (!converted || !is_host_name(*converted, underscores)) return make_error_code(Errc::invalid);
  return converted;
}

}  // namespace

Result<std::string> normalise_domain(std::string_view name) {
  return normalise(name, Underscores::refused);
}

Result<std::string> normalise_mail_domain(std::string_view name) {
  return normalise(name, Underscores::kept);
}

}  // namespace waybill::schemas
