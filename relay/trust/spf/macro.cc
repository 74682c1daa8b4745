#include "relay/trust/spf/macro.h"

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include "runtime/ascii.h"

namespace waybill::relay::trust::spf {
namespace {

constexpr std::string_view kLetters = "slodipvh";
constexpr std::string_view kExplanationLetters = "slodipvhcrt";
constexpr std::string_view kDelimiters = ".-+,/_=";
// No name has more labels (RFC 1035 2.3.4), so more digits keep them all.
constexpr std::size_t kMaxKeep = 128;

using runtime::ascii::is_digit;
using runtime::ascii::is_letter;
using runtime::ascii::lower;

// What stands between "%{" and "}".
std::optional<Macro> parse_macro(std::string_view text, MacroPlace place) {
  const std::string_view letters = place == MacroPlace::record ? kLetters : kExplanationLetters;
  if (text.empty() || letters.find(lower(text.front())) == std::string_view::npos) {
    return std::nullopt;
  }
  Macro out;
  out.letter = static_cast<MacroLetter>(lower(text.front()));
  if (is_letter(text.front()) && text.front() != lower(text.front())) {
    out.escape = MacroEscape::url;
  }
  text.remove_prefix(1);
  bool has_digits = false;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
    has_digits = true;
    out.keep = std::min(out.keep * 10 + static_cast<std::size_t>(text.front() - '0'), kMaxKeep);
  }
  // RFC 7208 7.3: "%{d0}" is a syntax error.
  if (has_digits && out.keep == 0) return std::nullopt;
  if (!text.empty() && lower(text.front()) == 'r') {
    out.order = LabelOrder::reversed;
    text.remove_prefix(1);
  }
  if (text.find_first_not_of(kDelimiters) != std::string_view::npos) return std::nullopt;
  out.delimiters = text.empty() ? "." : std::string(text);
  return out;
}

bool is_literal(char c, MacroPlace place) {
  if (c == ' ') return place == MacroPlace::explanation;
  return c > ' ' && c <= '~' && c != '%';
}

// RFC 7208 7.1: letters, digits and inner dashes, and not digits alone.
bool is_top_label(std::string_view label) {
  if (label.empty() || label.front() == '-' || label.back() == '-') return false;
  const auto is_ldh = [](char c) { return is_letter(c) || is_digit(c) || c == '-'; };
  return std::all_of(label.begin(), label.end(), is_ldh) &&
         !std::all_of(label.begin(), label.end(), is_digit);
}

std::string address_text(const runtime::IpAddress& client) {
  if (client.is_v4()) return runtime::ip_text(client);
  // RFC 7208 7.3: nibbles with dots.
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const auto byte : client.to_v6().to_bytes()) {
    if (!out.empty()) out += '.';
    out += kDigits[byte / 16];
    out += '.';
    out += kDigits[byte % 16];
  }
  return out;
}

std::string value_of(MacroLetter letter, const MacroValues& values) {
  switch (letter) {
    case MacroLetter::sender: return values.sender_local + "@" + values.sender_domain;
    case MacroLetter::local_part: return values.sender_local;
    case MacroLetter::sender_domain: return values.sender_domain;
    case MacroLetter::domain: return values.domain;
    case MacroLetter::address: return address_text(values.client);
    case MacroLetter::validated_name: return values.validated_name;
    case MacroLetter::address_family: return values.client.is_v4() ? "in-addr" : "ip6";
    case MacroLetter::helo: return values.helo;
    case MacroLetter::client_text: return runtime::ip_text(values.client);
    case MacroLetter::receiver: return values.receiver;
    case MacroLetter::timestamp:
      return std::to_string(
          std::chrono::duration_cast<std::chrono::seconds>(values.now.time_since_epoch()).count());
  }
  return {};
}

// RFC 7208 7.3: cut at the delimiters, turn around, keep the right-hand parts, join with dots.
std::string transformed(const std::string& value, const Macro& macro) {
  std::vector<std::string_view> labels;
  std::string_view rest = value;
  for (;;) {
    const std::size_t end = rest.find_first_of(macro.delimiters);
    labels.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  if (macro.order == LabelOrder::reversed) std::reverse(labels.begin(), labels.end());
  std::size_t first = 0;
  if (macro.keep != 0 && labels.size() > macro.keep) first = labels.size() - macro.keep;
  std::string out;
  for (std::size_t i = first; i < labels.size(); ++i) {
    if (i != first) out += '.';
    out += labels[i];
  }
  return out;
}

std::string url_escaped(const std::string& text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    // RFC 3986 2.3, the unreserved ones.
    if (is_letter(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[octet / 16];
    out += kDigits[octet % 16];
  }
  return out;
}

class Reader {
 public:
  Reader(std::string_view text, MacroPlace place) : rest_(text), place_(place) {}

  std::optional<MacroString> read() {
    while (!rest_.empty()) {
      if (!(rest_.front() == '%' ? read_expand() : read_literal())) return std::nullopt;
    }
    if (!part_.text.empty()) out_.parts.push_back(std::move(part_));
    return std::move(out_);
  }

  // Whether the last thing read was a macro-expand (RFC 7208 7.1), which "%%" is too.
  bool ended_in_macro() const { return ended_in_macro_; }

 private:
  bool read_literal() {
    if (!is_literal(rest_.front(), place_)) return false;
    part_.text += rest_.front();
    rest_.remove_prefix(1);
    ended_in_macro_ = false;
    return true;
  }

  bool read_expand() {
    ended_in_macro_ = true;
    const char kind = rest_.size() > 1 ? rest_[1] : '\0';
    if (kind == '{') return read_macro();
    if (kind == '%') {
      part_.text += '%';
    } else if (kind == '_') {
      part_.text += ' ';
    } else if (kind == '-') {
      part_.text += "%20";
    } else {
      return false;
    }
    rest_.remove_prefix(2);
    return true;
  }

  bool read_macro() {
    const std::size_t end = rest_.find('}');
    if (end == std::string_view::npos) return false;
    part_.macro = parse_macro(rest_.substr(2, end - 2), place_);
    if (!part_.macro) return false;
    out_.parts.push_back(std::move(part_));
    part_ = MacroPart();
    rest_.remove_prefix(end + 1);
    return true;
  }

  std::string_view rest_;
  MacroPlace place_;
  MacroString out_;
  MacroPart part_;
  bool ended_in_macro_ = false;
};

}  // namespace

bool MacroString::uses(MacroLetter letter) const {
  return std::any_of(parts.begin(), parts.end(), [letter](const MacroPart& part) {
    return part.macro && part.macro->letter == letter;
  });
}

std::optional<MacroString> parse_macro_string(std::string_view text, MacroPlace place) {
  return Reader(text, place).read();
}

std::optional<MacroString> parse_domain_spec(std::string_view text) {
  Reader reader(text, MacroPlace::record);
  auto out = reader.read();
  if (!out || reader.ended_in_macro()) return out;
  if (text.ends_with('.')) text.remove_suffix(1);
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || !is_top_label(text.substr(dot + 1))) return std::nullopt;
  return out;
}

std::optional<std::string> expand(const MacroString& macros, const MacroValues& values) {
  std::string out;
  for (const MacroPart& part : macros.parts) {
    out += part.text;
    if (part.macro) {
      const std::string value = transformed(value_of(part.macro->letter, values), *part.macro);
      out += part.macro->escape == MacroEscape::url ? url_escaped(value) : value;
    }
    if (out.size() > kMaxExpansion) return std::nullopt;
  }
  return out;
}

}  // namespace waybill::relay::trust::spf
