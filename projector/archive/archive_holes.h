// Holes: runs of events of a partition's archive that are lost: their blocks on the disk are
// damaged, and nothing else had the records when the views were folded anew. The views are folded
// without them, and rows of `meta` keep where they are, so that answers can say so.
//
//   "hole/" first index 8    the index behind the last 8 | times of the events beside it, ns 8 | 8
#pragma once

#include <cstdint>
#include <vector>

#include "projector/rows/view_store.h"
#include "runtime/result.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

struct ArchiveHole {
  schemas::EventIndex from;
  schemas::EventIndex to;    // behind the last that is lost
  std::uint64_t after = 0;   // time of the event before it, ns since 1970; 0: there is none
  std::uint64_t before = 0;  // and of the one behind it

  bool has(schemas::EventIndex index) const { return from <= index && index < to; }
  friend bool operator==(const ArchiveHole&, const ArchiveHole&) = default;
};

// Ascending, apart.
using ArchiveHoles = std::vector<ArchiveHole>;

// Reads every event below `end`: what of it cannot be read, without times. An error: the store
// itself has failed.
runtime::Result<ArchiveHoles> find_holes(const ViewReader& store, schemas::EventIndex end);

// What was put last. Errc::corrupt.
runtime::Result<ArchiveHoles> read_holes(const ViewReader& store);
// They are rows of `meta`: what the keys begin with, and one of them, added to `holes` in their
// order. False: it is none.
inline constexpr std::string_view kHolePrefix = "hole/";
bool read_hole(std::string_view key, std::string_view value, ArchiveHoles& holes);
// Instead of those that were put before.
void put_holes(WriteBatch& batch, const ArchiveHoles& holes);

}  // namespace waybill::projector
