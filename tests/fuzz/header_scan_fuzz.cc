// Any octets are scanned in linear time, and what comes out is fit for the record.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "relay/message/header_scan.h"

namespace {

void require(bool kept) {
  if (!kept) std::abort();
}

void fit_for_the_record(std::string_view value) {
  require(value.size() <= waybill::relay::message::kMaxRecordedValue);
  for (const char c : value) {
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view head(reinterpret_cast<const char*>(data), size);
  const auto facts = waybill::relay::message::scan_header(head);
  fit_for_the_record(facts.message_id);
  fit_for_the_record(facts.subject);
  fit_for_the_record(facts.from);
  require(facts.received >= 0 && static_cast<std::size_t>(facts.received) <= size / 9);
  // Nothing behind the header is looked at.
  if (facts.complete) {
    const std::string more = std::string(head) + "\r\nReceived: later\r\n";
    require(waybill::relay::message::scan_header(more).received == facts.received);
  }
  return 0;
}
