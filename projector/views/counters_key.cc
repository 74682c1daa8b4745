#include "projector/views/counters_key.h"

#include "runtime/check.h"

namespace waybill::projector {

void append_counters_key(std::string& out, std::string_view domain, std::uint32_t hour) {
  out += domain;
  out += '\0';
  append_be32(out, hour);
}

std::string counters_key(std::string_view domain, std::uint32_t hour) {
  std::string key;
  append_counters_key(key, domain, hour);
  return key;
}

std::uint32_t counters_hour(std::string_view key) {
  runtime::check(key.size() >= 4, "the key ends in an hour");
  return read_be32(key.substr(key.size() - 4));
}

}  // namespace waybill::projector
