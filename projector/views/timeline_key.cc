#include "projector/views/timeline_key.h"

#include <algorithm>

#include "projector/views/spelling.h"

namespace waybill::projector {

bool has_spellings(Role role) {
  switch (role) {
    case Role::sender:
    case Role::target: return true;
    case Role::alias:
    case Role::client: return false;
  }
  return false;
}

std::string_view address_in_role(Role role, std::string_view address) {
  if (role != Role::target) return address;
  const std::size_t end = address.find_last_not_of("0123456789");
  const bool has_port =
      end != std::string_view::npos && end + 1 < address.size() && address[end] == ':';
  // "user@[2001:db8::1]" ends in a bracket and is left whole.
  return has_port ? address.substr(0, end) : address;
}

TimelinePrefix timeline_prefix(Role role, std::string_view address) {
  // One buffer and one hash: cheaper than a hash fed in parts.
  thread_local std::string name;
  name.assign(1, static_cast<char>(role));
  if (has_spellings(role)) {
    append_common_spelling(name, address_in_role(role, address));
  } else {
    name += address;
  }
  const Prefix hash = prefix_of(name);
  TimelinePrefix prefix;
  std::copy_n(hash.begin(), prefix.size(), prefix.begin());
  return prefix;
}

void append_timeline_key(std::string& out, const TimelinePrefix& prefix, std::uint64_t time,
                         schemas::EventIndex index) {
  out.append(prefix.data(), prefix.size());
  append_be64(out, ~time);
  append_falling(out, index.value());
}

std::string timeline_key(const TimelinePrefix& prefix, std::uint64_t time,
                         schemas::EventIndex index) {
  std::string key;
  append_timeline_key(key, prefix, time, index);
  return key;
}

runtime::Result<TimelinePlace> timeline_place(std::string_view key) {
  constexpr std::size_t kIndex = kTimelinePrefix + 8;
  const auto index = key.size() < kIndex ? std::nullopt : read_falling(key.substr(kIndex));
  if (!index) return make_error_code(runtime::Errc::corrupt);
  return TimelinePlace{~read_be64(key.substr(kTimelinePrefix)), schemas::EventIndex(*index)};
}

}  // namespace waybill::projector
