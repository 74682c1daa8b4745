#include "relay/returnpath/report/address_scan.h"

#include "relay/returnpath/report/clean_text.h"
#include "schemas/address.h"

namespace waybill::relay::returnpath::report {
namespace {

// Quotes and escapes may double what RFC 5321 allows a local part.
constexpr std::size_t kMaxWrittenLocal = 2 * schemas::kMaxLocalPart;

bool is_atext(char c) {  // RFC 5322 3.2.3
  return is_letter(c) || is_digit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// Where the local part that ends before `at` begins; `at` itself if there is none.
std::size_t local_begin(std::string_view text, std::size_t at) {
  const std::size_t far = at > kMaxWrittenLocal ? at - kMaxWrittenLocal : 0;
  if (at > 1 && text[at - 1] == '"') {
    for (std::size_t i = at - 1; i-- > far && text[i] != '\n';) {
      if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) return i;
    }
    return at;
  }
  std::size_t begin = at;
  std::size_t begin_ascii = at;
  bool ascii = true;
  while (begin > far && (is_atext(text[begin - 1]) || is_high(text[begin - 1]))) {
    --begin;
    ascii = ascii && !is_high(text[begin]);
    if (ascii) begin_ascii = begin;
  }
  const bool bracketed = begin > 0 && text[begin - 1] == '<';
  begin = bracketed ? begin : begin_ascii;
  // Quotes and dots around an address are prose.
  while (begin < at && std::string_view("'`.=").find(text[begin]) != std::string_view::npos) {
    ++begin;
  }
  return begin;
}

// Where the domain that begins at `at` ends; `at` itself if there is none.
std::size_t domain_end(std::string_view text, std::size_t at, bool bracketed) {
  if (at < text.size() && text[at] == '[') {
    const std::size_t close = text.substr(at, schemas::kMaxDomain).find(']');
    return close == std::string_view::npos ? at : at + close + 1;
  }
  std::size_t end = at;
  while (end < text.size() && end - at < schemas::kMaxDomain) {
    const char c = text[end];
    if (!is_letter(c) && !is_digit(c) && c != '-' && c != '.' && !(bracketed && is_high(c))) break;
    ++end;
  }
  while (end > at && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  return end;
}

}  // namespace

std::vector<FoundAddress> find_addresses(std::string_view text) {
  std::vector<FoundAddress> found;
  std::size_t taken = 0;
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (found.size() == kMaxAddresses) break;
    std::size_t begin = local_begin(text, at);
    if (begin < taken) begin = taken;
    const bool bracketed = begin > 0 && text[begin - 1] == '<';
    const std::size_t end = domain_end(text, at + 1, bracketed);
    if (begin >= at || end == at + 1) continue;
    found.push_back({std::string(text.substr(begin, end - begin)), begin, end});
    taken = end;
  }
  return found;
}

bool same_address(std::string_view a, std::string_view b) { return lower(a) == lower(b); }

}  // namespace waybill::relay::returnpath::report
