#include "projector/views/timeline.h"

#include <algorithm>
#include <functional>

#include "projector/views/destination.h"
#include "projector/views/timeline_row.h"

namespace waybill::projector {
namespace {

// 4 MiB in all: a cache of the processor's holds most of them, and a hash costs about as much as
// the rest of a row.
constexpr std::size_t kRememberedPrefixes = 1 << 16;
// 19 addresses in 20 are shorter, and the place of one is then one line of the processor's cache.
constexpr std::size_t kRememberedAddress = 46;

// Whether the event is, or comes with, a reply that ended what its client asked for.
bool tells_client(const schemas::Event& event) {
  switch (event.body_case()) {
    case schemas::Event::kForwarded:
    case schemas::Event::kRejected:
    case schemas::Event::kDeferred:
    case schemas::Event::kDropped:
    case schemas::Event::kBounced:
    case schemas::Event::kInDoubt: return true;
    case schemas::Event::kAccepted:
    case schemas::Event::kControl:
    case schemas::Event::kAccess:
    case schemas::Event::BODY_NOT_SET: return false;
  }
  return false;
}

}  // namespace

struct alignas(64) Timeline::Remembered {
  TimelinePrefix prefix;
  Role role;
  std::uint8_t size = 0;  // of the address; 0: nothing is remembered here
  char address[kRememberedAddress];

  std::string_view is() const { return {address, size}; }
};

Timeline::Timeline() : remembered_(kRememberedPrefixes) {}
Timeline::~Timeline() = default;

Timeline::Name Timeline::name_of(Role role, std::string_view address) {
  Name name{role, address, nullptr};
  if (address.empty() || address.size() > kRememberedAddress) return name;
  const std::size_t hash = std::hash<std::string_view>()(address) + static_cast<std::size_t>(role);
  name.place = &remembered_[hash % kRememberedPrefixes];
  __builtin_prefetch(name.place);
  return name;
}

TimelinePrefix Timeline::prefix_of(const Name& name) {
  if (name.place == nullptr) return timeline_prefix(name.role, name.address);
  Remembered& place = *name.place;
  if (place.role != name.role || place.is() != name.address) {
    place.prefix = timeline_prefix(name.role, name.address);
    place.role = name.role;
    place.size = static_cast<std::uint8_t>(name.address.size());
    std::copy(name.address.begin(), name.address.end(), place.address);
  }
  return place.prefix;
}

void Timeline::put(const Name& name, const schemas::Event& event, ArchivePlace place, Rows& rows) {
  const bool null_sender = name.role == Role::sender && event.has_sender();
  if (name.address.empty() && !null_sender) return;
  key_.clear();
  append_timeline_key(key_, prefix_of(name), event.occurred_at(), place.index);
  rows.put(Table::timeline, key_, row_);
}

runtime::Result<void> Timeline::fold(const schemas::Event& event, ArchivePlace place, Rows& rows) {
  if (event.body_case() == schemas::Event::BODY_NOT_SET) return {};
  // Named before the rows are made: the places come from memory meanwhile.
  const Name alias = name_of(Role::alias, event.alias());
  const Name sender = name_of(Role::sender, event.sender());
  const bool told = tells_client(event);
  const Name client = name_of(Role::client, told ? event.client_ip() : std::string_view());
  targets_.clear();
  if (event.has_accepted() && !event.accepted().targets().empty()) {
    for (const auto& chosen : event.accepted().targets()) {
      targets_.push_back(name_of(Role::target, chosen.target()));
    }
  } else {
    targets_.push_back(name_of(Role::target, target_of(event)));
  }
  row_.clear();
  append_alias_row(event, row_);
  put(alias, event, place, rows);
  row_.clear();
  append_pointer_row(event, row_);
  put(sender, event, place, rows);
  put(client, event, place, rows);
  for (const Name& target : targets_) put(target, event, place, rows);
  return {};
}

}  // namespace waybill::projector
