#include "stream/mapping/forms.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "schemas/ids.h"
#include "stream/mapping/escape.h"

namespace waybill::stream {
namespace {

using Type = Value::Type;

constexpr std::uint64_t kNanosecondsInMillisecond = 1'000'000;
// What receivers hold in a signed integer of 64 and of 32 bits.
constexpr std::uint64_t kMaxLong = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kMaxInt = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t kMaxPort = 65'535;
constexpr std::size_t kMaxIpText = 40;  // OCSF's ip_t
constexpr std::string_view kTlsPrefix = "TLSv";

// In which parts of OCSF's email_t an octet may stand.
constexpr std::uint8_t kInLocalPart = 1;
constexpr std::uint8_t kInDomain = 2;

constexpr std::array<std::uint8_t, 256> email_parts() {
  std::array<std::uint8_t, 256> out{};
  for (std::size_t c = 0; c < out.size(); ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9')) out[c] = kInLocalPart | kInDomain;
  }
  for (const unsigned char c : std::string_view("!#$%&'*+,/=?^_`{|}~")) out[c] = kInLocalPart;
  for (const unsigned char c : std::string_view("-.")) out[c] = kInLocalPart | kInDomain;
  return out;
}

constexpr auto kEmailParts = email_parts();

// The family of an address's text; 0: it is none.
int ip_family(std::string_view text) {
  if (text.empty() || text.size() > kMaxIpText) return 0;
  std::array<char, kMaxIpText + 1> ended{};
  std::copy(text.begin(), text.end(), ended.begin());
  std::array<unsigned char, sizeof(in6_addr)> address{};
  const int family = text.find(':') == text.npos ? AF_INET : AF_INET6;
  return ::inet_pton(family, ended.data(), address.data()) == 1 ? family : 0;
}

std::string_view without_brackets(std::string_view text) {
  if (text.size() >= 2 && text.front() == '<' && text.back() == '>') {
    return text.substr(1, text.size() - 2);
  }
  return text;
}

template <class Number>
void append_digits(TextBuffer& out, Number number) {
  constexpr std::size_t kMost = 32;  // the shortest text of a double has 24
  char* const at = out.room(kMost);
  out.end_at(std::to_chars(at, at + kMost, number).ptr);
}

void append_uuid(TextBuffer& out, std::string_view octets) {
  char* const at = out.room(schemas::kUuidText);
  schemas::write_uuid(octets, at);
  out.end_at(at + schemas::kUuidText);
}

void append_hex_octets(TextBuffer& out, std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  char* at = out.room(2 * octets.size());
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    *at++ = kDigits[octet >> 4];
    *at++ = kDigits[octet & 0x0f];
  }
  out.end_at(at);
}

// What needs neither quotes of its own nor an escape.
void append_plain(TextBuffer& out, const Value& value) {
  switch (value.type()) {
    case Type::number: append_digits(out, value.number()); return;
    case Type::boolean: out.add(value.number() != 0 ? std::string_view("true") : "false"); return;
    case Type::fraction: append_digits(out, std::bit_cast<double>(value.number())); return;
    case Type::time: {
      char* const at = out.room(schemas::kRfc3339);
      out.end_at(schemas::write_rfc3339(schemas::wall_time(value.number()), at));
      return;
    }
    case Type::uuid:
      // An id of another length was written by no Waybill; it is shown rather than lost.
      if (value.text().size() == schemas::kUuidOctets) return append_uuid(out, value.text());
      append_hex_octets(out, value.text());
      return;
    case Type::octets: append_hex_octets(out, value.text()); return;
    case Type::text:
    case Type::list: return;
  }
}

bool is_text_in_json(Type type) {
  return type == Type::time || type == Type::uuid || type == Type::octets;
}

void append_json_plain(TextBuffer& out, const Facts& facts, const Value& value) {
  if (value.type() == Type::text) return append_json_text(out, value.text());
  if (value.type() != Type::list) {
    const bool quoted = is_text_in_json(value.type());
    if (quoted) out.add('"');
    append_plain(out, value);
    if (quoted) out.add('"');
    return;
  }
  out.add('[');
  for (std::uint32_t at = value.begin(); at < value.end(); ++at) {
    if (at > value.begin()) out.add(',');
    append_json_text(out, facts.item(at));
  }
  out.add(']');
}

void append_json_item(TextBuffer& out, std::string_view text) {
  out.add('[');
  append_json_text(out, text);
  out.add(']');
}

// Of the forms that are a part of a text.
std::string_view part_of(std::string_view text, Form form) {
  if (form == Form::unbracketed) return without_brackets(text);
  if (form == Form::tls_number) return text.substr(kTlsPrefix.size());
  return text;
}

bool fits_plain(const Value& value) {
  if (value.type() == Type::number) return value.number() <= kMaxLong;
  if (value.type() == Type::fraction) return std::isfinite(std::bit_cast<double>(value.number()));
  return true;
}

bool fits_text(std::string_view text, Form form) {
  switch (form) {
    case Form::email:
    case Form::email_in_list: return is_ocsf_email(text);
    case Form::ip:
    case Form::ip_in_list: return ip_family(text) != 0;
    case Form::ip4: return ip_family(text) == AF_INET;
    case Form::ip6: return ip_family(text) == AF_INET6;
    case Form::tls_number: return text.starts_with(kTlsPrefix);
    case Form::in_list:
    case Form::unbracketed: return !text.empty();
    case Form::email_list: return true;
    case Form::plain:
    case Form::milliseconds:
    case Form::int32:
    case Form::flag:
    case Form::port: break;
  }
  return false;
}

}  // namespace

bool is_ocsf_email(std::string_view text) {
  const auto has = [](std::uint8_t part) {
    return [part](char c) { return (kEmailParts[static_cast<unsigned char>(c)] & part) != 0; };
  };
  const std::size_t at = text.find('@');
  if (at == text.npos || at == 0) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.find('.');
  return dot != domain.npos && dot > 0 && dot + 1 < domain.size() &&
         std::all_of(local.begin(), local.end(), has(kInLocalPart)) &&
         std::all_of(domain.begin(), domain.end(), has(kInDomain));
}

bool fits(const Value& value, Form form) {
  const Type type = value.type();
  switch (form) {
    case Form::plain: return fits_plain(value);
    case Form::flag: return true;
    case Form::milliseconds: return type == Type::time || type == Type::number;
    case Form::int32: return type == Type::number && value.number() <= kMaxInt;
    case Form::port:
      return type == Type::number && value.number() > 0 && value.number() <= kMaxPort;
    case Form::in_list:
    case Form::email:
    case Form::email_in_list:
    case Form::email_list:
    case Form::ip:
    case Form::ip_in_list:
    case Form::ip4:
    case Form::ip6:
    case Form::unbracketed:
    case Form::tls_number: break;
  }
  return type == Type::text && fits_text(value.text(), form);
}

void append_json_value(TextBuffer& out, const Facts& facts, const Value& value, Form form) {
  switch (form) {
    case Form::plain:
    case Form::int32:
    case Form::port: append_json_plain(out, facts, value); return;
    case Form::flag: out.add("true"); return;
    case Form::milliseconds: append_digits(out, value.number() / kNanosecondsInMillisecond); return;
    case Form::in_list:
    case Form::email_in_list:
    case Form::ip_in_list: append_json_item(out, value.text()); return;
    case Form::email_list:
      if (is_ocsf_email(value.text())) return append_json_item(out, value.text());
      out.add("[]");
      return;
    case Form::email:
    case Form::ip:
    case Form::ip4:
    case Form::ip6:
    case Form::unbracketed:
    case Form::tls_number: append_json_text(out, part_of(value.text(), form)); return;
  }
}

void append_line_value(TextBuffer& out, const Facts& facts, const Value& value, Form form,
                       AppendText append) {
  if (form == Form::milliseconds) {
    append_digits(out, value.number() / kNanosecondsInMillisecond);
  } else if (value.type() == Type::text) {
    append(out, part_of(value.text(), form));
  } else if (value.type() == Type::list) {
    for (std::uint32_t at = value.begin(); at < value.end(); ++at) {
      if (at > value.begin()) out.add(',');
      append(out, facts.item(at));
    }
  } else {
    append_plain(out, value);
  }
}

}  // namespace waybill::stream
