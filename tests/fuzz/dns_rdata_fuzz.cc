// Any octets as the data of any record: parsed or refused, and what is parsed keeps its promises.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/dns/question_name.h"
#include "runtime/dns/rdata.h"

namespace {

namespace runtime = waybill::runtime;

void require(bool kept) {
  if (!kept) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view rdata(reinterpret_cast<const char*>(data), size);
  if (const auto mx = runtime::dns::parse_mx(rdata)) {
    // Two octets of preference; then each octet of the text has one on the wire.
    require(mx->exchange.size() + 2 <= rdata.size());
    // What is asked next must be a name, but for a backslash, which no question may hold.
    require(mx->exchange.empty() || runtime::dns::is_question_name(mx->exchange) ||
            mx->exchange.find('\\') != std::string::npos);
  }
  require(runtime::dns::parse_a(rdata).has_value() == (size == 4));
  require(runtime::dns::parse_aaaa(rdata).has_value() == (size == 16));
  if (const auto text = runtime::dns::parse_txt(rdata)) require(text->size() < size);
  if (const auto tlsa = runtime::dns::parse_tlsa(rdata)) {
    require(tlsa->data.size() + 3 == size && !tlsa->data.empty());
    waybill::runtime::is_usable(*tlsa);
  }
  if (const auto name = runtime::dns::parse_ptr(rdata)) {
    require(runtime::dns::is_question_name(*name) || name->find('\\') != std::string::npos);
  }
  runtime::dns::is_question_name(rdata);
  return 0;
}
