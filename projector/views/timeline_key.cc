#include "projector/views/timeline_key.h"

namespace waybill::projector {

std::string_view address_in_role(Role role, std::string_view address) {
  if (role != Role::target) return address;
  const std::size_t end = address.find_last_not_of("0123456789");
  const bool has_port =
      end != std::string_view::npos && end + 1 < address.size() && address[end] == ':';
  // "user@[2001:db8::1]" ends in a bracket and is left whole.
  return has_port ? address.substr(0, end) : address;
}

Prefix timeline_prefix(Role role, std::string_view address) {
  // One buffer and one hash: cheaper than a hash fed in parts.
  thread_local std::string name;
  name.assign(1, static_cast<char>(role));
  name += address_in_role(role, address);
  return prefix_of(name);
}

void append_timeline_key(std::string& out, const Prefix& prefix, std::uint64_t time,
                         schemas::EventIndex index) {
  out.append(prefix.data(), prefix.size());
  append_be64(out, ~time);
  append_be64(out, ~index.value());
}

std::string timeline_key(const Prefix& prefix, std::uint64_t time, schemas::EventIndex index) {
  std::string key;
  append_timeline_key(key, prefix, time, index);
  return key;
}

std::uint64_t timeline_time(std::string_view key) { return ~read_be64(key.substr(kPrefix)); }
schemas::EventIndex timeline_index(std::string_view key) {
  return schemas::EventIndex(~read_be64(key.substr(kPrefix + 8)));
}

}  // namespace waybill::projector
