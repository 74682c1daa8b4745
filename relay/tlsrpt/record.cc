#include "relay/tlsrpt/record.h"

#include <algorithm>
#include <charconv>

#include "runtime/ascii.h"

namespace waybill::relay::tlsrpt {

namespace ascii = runtime::ascii;

namespace {

constexpr std::string_view kVersion = "v=TLSRPTv1";
constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kMail = "mailto:";
constexpr std::string_view kHttps = "https://";
constexpr std::uint16_t kHttpsPort = 443;

// What stands before the first `mark`; `rest` is what stands behind it.
std::string_view take(std::string_view& rest, char mark) {
  const std::size_t at = std::min(rest.find(mark), rest.size());
  const std::string_view out = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return out;
}

// RFC 8460 3: the version, white space, a semicolon.
bool is_record(std::string_view text) {
  if (!text.starts_with(kVersion)) return false;
  text.remove_prefix(kVersion.size());
  const std::size_t at = text.find_first_not_of(kBlanks);
  return at != std::string_view::npos && text[at] == ';';
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned octet = 0;
    const char* const begin = text.data() + i + 1;
    if (text.size() - i < 3) return std::nullopt;
    const auto read = std::from_chars(begin, begin + 2, octet, 16);
    if (read.ec != std::errc() || read.ptr != begin + 2) return std::nullopt;
    out += static_cast<char>(octet);
    i += 2;
  }
  return out;
}

// RFC 6068 2: one mailbox; what a URI says besides (subject, other recipients) is not for us to
// write.
std::optional<Destination> mail_to(std::string_view rest) {
  const auto text = percent_decoded(rest.substr(0, rest.find_first_of("?#")));
  if (!text) return std::nullopt;
  auto mailbox = schemas::Address::parse(*text);
  if (!mailbox || mailbox->needs_smtputf8()) return std::nullopt;
  if (mailbox->domain().starts_with('[')) return std::nullopt;
  Destination out;
  out.mailbox = std::move(*mailbox);
  return out;
}

bool is_number(std::string_view label) {
  return std::all_of(label.begin(), label.end(), [](char c) { return ascii::is_digit(c); });
}

// RFC 9110 4.2.2. A host whose last label is a number would be an address in some spelling.
std::optional<Destination> https_to(std::string_view rest) {
  rest = rest.substr(0, rest.find('#'));
  const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, path);
  Destination out;
  const std::size_t colon = std::min(authority.find(':'), authority.size());
  if (colon + 1 < authority.size()) {
    const std::string_view digits = authority.substr(colon + 1);
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, out.port);
    if (read.ec != std::errc() || read.ptr != end || out.port == 0) return std::nullopt;
  }
  auto host = schemas::normalise_domain(authority.substr(0, colon));
  if (!host || is_number(std::string_view(*host).substr(host->rfind('.') + 1))) return std::nullopt;
  out.host = std::move(*host);
  out.target = rest.substr(path);
  if (!out.target.starts_with('/')) out.target.insert(0, "/");
  return out;
}

std::optional<Destination> destination_of(std::string_view uri) {
  const bool plain =
      std::all_of(uri.begin(), uri.end(), [](char c) { return ascii::is_visible(c); });
  if (uri.size() > kMostUri || !plain) return std::nullopt;
  if (ascii::starts_with(uri, kMail)) return mail_to(uri.substr(kMail.size()));
  if (ascii::starts_with(uri, kHttps)) return https_to(uri.substr(kHttps.size()));
  return std::nullopt;
}

}  // namespace

std::string Destination::text() const {
  if (mailbox) return std::string(kMail) + mailbox->text();
  std::string out = std::string(kHttps) + host;
  if (port != kHttpsPort) out += ":" + std::to_string(port);
  return out + target;
}

std::vector<Destination> find_destinations(const std::vector<std::string>& texts) {
  std::vector<Destination> out;
  if (std::count_if(texts.begin(), texts.end(), is_record) != 1) return out;
  std::string_view record = *std::find_if(texts.begin(), texts.end(), is_record);
  take(record, ';');
  while (!record.empty()) {
    std::string_view field = take(record, ';');
    if (ascii::trim(take(field, '='), kBlanks) != "rua") continue;
    while (!field.empty() && out.size() < kMostDestinations) {
      auto one = destination_of(ascii::trim(take(field, ','), kBlanks));
      if (one && std::find(out.begin(), out.end(), *one) == out.end()) out.push_back(*one);
    }
  }
  return out;
}

}  // namespace waybill::relay::tlsrpt
