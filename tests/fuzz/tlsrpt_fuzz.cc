// Any octets as the record of TLSRPT and as the book of days: read or refused, and what is read
// keeps its promises.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "relay/tlsrpt/day_book.h"
#include "relay/tlsrpt/record.h"

namespace {

namespace tlsrpt = waybill::relay::tlsrpt;

void require(bool kept) {
  if (!kept) std::abort();
}

void check_destinations(const std::string& text) {
  const auto found = tlsrpt::find_destinations({text});
  require(found.size() <= tlsrpt::kMostDestinations);
  for (const tlsrpt::Destination& one : found) {
    const std::string uri = one.text();
    // Nothing in it can end the first line of a request, or a field.
    require(std::none_of(uri.begin(), uri.end(), [](char c) { return c == '\r' || c == '\n'; }));
    if (one.mailbox) continue;
    require(one.port > 0 && one.target.starts_with('/') && one.target.find(' ') == uri.npos);
    const auto again = tlsrpt::find_destinations({"v=TLSRPTv1;rua=" + uri});
    require(again.size() == 1 && again.front() == one);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_destinations(text);
  check_destinations("v=TLSRPTv1;rua=" + text);
  const std::string once = tlsrpt::DayBook::read(text).text();
  require(tlsrpt::DayBook::read(once).text() == once);
  return 0;
}
