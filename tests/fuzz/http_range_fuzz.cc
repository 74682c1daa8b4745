// Range and If-Range: whatever comes, a part lies in the file and has an octet at least.

#include <cstdint>
#include <string>
#include <string_view>

#include "http/range.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kTag = "\"v1\"";
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const std::uint64_t octets :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{1} << 62}) {
    for (const std::string& range : {text, "bytes=" + text}) {
      const http::Wanted wanted = http::wanted_of(range, "", kTag, octets);
      if (wanted.what != http::Wanted::What::part) continue;
      const http::Part part = wanted.part;
      runtime::check(part.count > 0, "a part has an octet");
      runtime::check(part.first < octets && part.count <= octets - part.first,
                     "a part lies in the file");
      runtime::check(!http::content_range(part, octets).empty(), "a part has a name");
      runtime::check(text == kTag || http::wanted_of(range, text, kTag, octets).what ==
                                         http::Wanted::What::whole,
                     "of another version there is no part");
    }
  }
  return 0;
}
