// Sources: where questions to the views are answered from: the partitions that are in this process,
// and the peers that have the others.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projector/archive/archive.h"
#include "projector/archive/archive_end.h"
#include "projector/history.h"
#include "query/peers.h"
#include "runtime/time.h"
#include "schemas/address.h"

namespace waybill::query::exports {
class Desk;
}
namespace waybill::query::feed {
class PeerEnds;
}
namespace waybill::query::dashboard {
class SignIn;
}

namespace waybill::query {

// How far the views of a partition are behind the log.
struct Freshness {
  // Events in the log and not yet in the views; nullopt: nobody here knows how far the log goes.
  std::optional<std::uint64_t> lag;
  // All that was in the log then is in the views; nullopt: that cannot be said now.
  std::optional<runtime::WallTime> complete_at;
  // It is earlier by that: what relays have on record may be so long on its way to the log.
  std::chrono::milliseconds on_the_way{0};
};

// A partition whose views are in this process.
struct LocalPartition {
  std::uint32_t partition = 0;
  const projector::History* history = nullptr;
  // The same for threads that must not wait (ViewStore::at_once); null: there is none.
  const projector::History* at_once = nullptr;
  std::function<Freshness()> freshness;  // any thread
  // Its events in order; null: nobody reads along here.
  std::shared_ptr<const projector::Archive> archive{};
  projector::ArchiveEnd* archive_end = nullptr;
};

// How a domain of ours tells its local parts apart.
struct LocalParts {
  schemas::LocalPartCase local_case = schemas::LocalPartCase::fold;
  std::optional<char> subaddress_separator;
};
// nullopt: the domain is not ours. May be called on any thread.
using LocalPartsOf = std::function<std::optional<LocalParts>(const std::string& domain)>;

// What is pointed to outlives every route.
struct Sources {
  std::vector<LocalPartition> partitions;  // ascending
  std::uint32_t partition_count = 1;       // of the whole log
  Peers* peers = nullptr;                  // where the others are; null: nowhere
  // How far the others can be read, all of them; null: the feed is of those that are here.
  feed::PeerEnds* peer_ends = nullptr;
  runtime::Clock* clock = nullptr;
  exports::Desk* exports = nullptr;  // null: no exports are made here
  // The words of docs/rules.md, which a search may name.
  std::vector<std::string> rules{};
  // Where records of who asked are; nullopt: none are kept.
  std::optional<std::uint32_t> access_partition{};
  // How a browser signs in at an OpenID provider; null: at none.
  std::shared_ptr<const dashboard::SignIn> sign_in{};
  LocalPartsOf local_parts{};  // so that history is found as it was written
  // These, with what each partition has at once in the place of its history; null: some have not.
  std::shared_ptr<const Sources> at_once{};
};

}  // namespace waybill::query
