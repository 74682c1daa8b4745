#include "relay/smtp/asked.h"

#include <algorithm>

#include "runtime/crypto.h"
#include "runtime/hex.h"

namespace waybill::relay::smtp {
namespace {

std::string mark_of(std::string_view address) {
  const runtime::Digest digest = runtime::sha256(address);
  const std::string_view octets(reinterpret_cast<const char*>(digest.data()), kAskedMark / 2);
  return runtime::hex(octets);
}

bool is_mark(std::string_view text) {
  return text.size() == kAskedMark && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::size_t marks_in(std::string_view asked) { return (asked.size() + 1) / (kAskedMark + 1); }

}  // namespace

bool is_asked(std::string_view value) {
  for (std::size_t count = 1; count <= kMaxAsked; ++count) {
    const std::size_t comma = value.find(',');
    if (!is_mark(value.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    value.remove_prefix(comma + 1);
  }
  return false;
}

std::string with_asked(std::string asked, std::string_view address) {
  if (!asked.empty()) asked += ',';
  return asked.append(mark_of(address));
}

bool asks_again(std::string_view asked, std::string_view address) {
  return marks_in(asked) >= kMaxAsked || asked.find(mark_of(address)) != std::string_view::npos;
}

}  // namespace waybill::relay::smtp
