#include "runtime/dns/question_name.h"

#include <cstddef>

namespace waybill::runtime::dns {
namespace {

constexpr std::size_t kMaxLabelOctets = 63;
constexpr std::size_t kMaxTextOctets = 253;

}  // namespace

bool is_question_name(std::string_view name) {
  if (name.size() > kMaxTextOctets) return false;
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    if (c < ' ' || c > '~' || c == '\\') return false;
    if (++label > kMaxLabelOctets) return false;
  }
  return label > 0;
}

}  // namespace waybill::runtime::dns
