#include "query/search/shapes.h"

#include <algorithm>

#include "query/search/clean_text.h"
#include "query/search/lexer.h"
#include "runtime/ascii.h"
#include "runtime/hex.h"
#include "schemas/reply.h"
#include "schemas/utf8.h"

namespace waybill::query::search {
namespace {

namespace ascii = runtime::ascii;

constexpr std::size_t kHexDigits = 32;       // of a UUID
constexpr std::size_t kTokenLetters = 47;    // docs/return_path.md
constexpr std::size_t kMaxHeaderLine = 998;  // octets, RFC 5322 2.1.1
constexpr std::string_view kMailto = "mailto:";
constexpr std::string_view kIpv6Tag = "IPv6:";

// Percent-encoding undone (RFC 3986 2.1); nullopt: it is broken.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = runtime::hex_value(text[i + 1]);
    const int low = runtime::hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

// The address of a link (RFC 6068 2), which has nothing unseen in it; nullopt: it is none.
std::optional<std::string> link_address(std::string_view link) {
  const auto decoded = percent_decoded(link.substr(0, link.find('?')));
  if (!decoded || !schemas::is_clean_utf8(*decoded)) return std::nullopt;
  const auto clean = clean_text(*decoded);
  if (!clean || clean->text != *decoded || !address_of(*decoded)) return std::nullopt;
  return decoded;
}

bool is_base32(char c) { return ascii::is_lower(c) || (c >= '2' && c <= '7'); }

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), ascii::is_digit);
}

}  // namespace

std::string_view without_brackets(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (ascii::starts_with(text, kIpv6Tag)) text.remove_prefix(kIpv6Tag.size());
  return text;
}

namespace {

// The network that an address with bits behind its prefix is in.
std::optional<runtime::Network> cut_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || !all_digits(text.substr(slash + 1))) return std::nullopt;
  const auto host = runtime::network_of(text.substr(0, slash));
  const std::string_view length = text.substr(slash + 1, 3);
  const unsigned bits = static_cast<unsigned>(std::stoul(std::string(length)));
  if (!host || bits > host->bits) return std::nullopt;
  return runtime::network_around(host->address, bits, bits);
}

// Of "192.0.2.1:25" and "[2001:db8::1]:25".
std::optional<std::string> without_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !all_digits(text.substr(colon + 1))) return std::nullopt;
  const std::string_view host = without_brackets(text.substr(0, colon));
  if (!runtime::network_of(host)) return std::nullopt;
  return std::string(host);
}

}  // namespace

Read<Peeled> peeled(const Piece& piece) {
  Peeled out{piece.text};
  // Nobody nests them deeper than "<mailto:a@b>".
  for (int layer = 0; layer < 2; ++layer) {
    if (out.text.size() >= 2 && out.text.starts_with('<') && out.text.ends_with('>')) {
      out.text = out.text.substr(1, out.text.size() - 2);
      out.brackets = Brackets::angle;
    }
    if (!ascii::starts_with(out.text, kMailto)) continue;
    const auto address = link_address(std::string_view(out.text).substr(kMailto.size()));
    if (!address) {
      return Fault{Wrong::bad_address, "This link has no address of a mailbox.", piece.at,
                   std::nullopt};
    }
    // A link is to a mailbox, never a Message-ID.
    return Peeled{*address};
  }
  return out;
}

std::optional<IdTerm> id_of(std::string_view text) {
  std::string hyphened(text);
  if (text.size() == kHexDigits) {
    for (const std::size_t at : {8, 13, 18, 23}) hyphened.insert(at, 1, '-');
  }
  const auto octets = schemas::parse_uuid(hyphened);
  if (!octets) return std::nullopt;
  return IdTerm{*octets};
}

std::optional<StatusTerm> status_of(std::string_view text) {
  using Shape = StatusTerm::Shape;
  if (text.empty() || text.front() < '2' || text.front() > '5') return std::nullopt;
  const std::string digit(1, text.front());
  const std::string_view rest = text.substr(1);
  if (text.size() == 3 && all_digits(text)) return StatusTerm{Shape::code, std::string(text)};
  if (ascii::equal(rest, "xx") || ascii::equal(rest, "yz")) {
    return StatusTerm{Shape::code_class, digit + "xx"};
  }
  if (schemas::is_enhanced_status(text)) return StatusTerm{Shape::enhanced, std::string(text)};
  const bool of_enhanced = digit != "3";
  if (of_enhanced && (ascii::equal(rest, ".x") || ascii::equal(rest, ".x.x"))) {
    return StatusTerm{Shape::enhanced_class, digit + ".x"};
  }
  return std::nullopt;
}

std::optional<std::string> dotted_name(std::string_view text) {
  const auto name = schemas::normalise_mail_domain(text);
  if (!name || name->find('.') == std::string::npos) return std::nullopt;
  return *name;
}

std::optional<schemas::Address> address_of(std::string_view text) {
  const auto address = schemas::Address::parse(text);
  if (!address) return std::nullopt;
  return *address;
}

std::optional<ReturnPathTerm> return_path_of(const schemas::Address& address) {
  const schemas::Address folded = address.folded();
  std::string_view local = folded.local();
  if (!local.starts_with("b.")) return std::nullopt;
  local.remove_prefix(2);
  if (local.size() != kTokenLetters || !std::all_of(local.begin(), local.end(), is_base32)) {
    return std::nullopt;
  }
  return ReturnPathTerm{folded};
}

std::optional<MessageIdTerm> message_id_of(std::string_view text) {
  const bool fits = !text.empty() && text.size() <= kMaxHeaderLine &&
                    text.find_first_of("<> \n") == std::string_view::npos;
  if (!fits) return std::nullopt;
  return MessageIdTerm{std::string(text)};
}

bool is_bare_local(std::string_view text) {
  return !text.empty() && text.find_first_of(" \n\"(),:;<>@[\\]*?") == std::string_view::npos;
}

bool means_network(std::string_view text) {
  return text.starts_with('[') || ascii::starts_with(text, kIpv6Tag) || looks_like_network(text);
}

Read<runtime::Network> network_in(const Piece& piece) {
  const bool open = piece.text.starts_with('[') && piece.text.find(']') == std::string::npos;
  if (open) {
    return Fault{Wrong::open_bracket, "This [ has no ] behind it.", Span{piece.at.at, 1},
                 std::nullopt};
  }
  const std::string_view text = without_brackets(piece.text);
  const auto found = runtime::network_of(text);
  if (!found) {
    std::string words = "\"" + piece.text + "\" is no IP address and no network.";
    if (const auto host = without_port(piece.text)) {
      return Fault{Wrong::bad_network, "A port is no part of a search.", piece.at,
                   Repair{piece.at, *host}};
    }
    const auto cut = cut_network(text);
    if (!cut) return Fault{Wrong::bad_network, std::move(words), piece.at, std::nullopt};
    return Fault{Wrong::bad_network,
                 "Bits are set behind the length of the prefix, so it is not known whether the "
                 "host or its network is meant.",
                 piece.at, Repair{piece.at, to_string(*cut)}};
  }
  return *found;
}

bool is_date(std::string_view text) {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 4 || i == 7;
    if (hyphen ? text[i] != '-' : !ascii::is_digit(text[i])) return false;
  }
  return true;
}

bool is_time_of_day(std::string_view text) {
  const std::size_t colon = text.find(':');
  return (colon == 1 || colon == 2) && text.size() == colon + 3 &&
         all_digits(text.substr(0, colon)) && all_digits(text.substr(colon + 1));
}

}  // namespace waybill::query::search
