// View: one pure function of the log, from an event to rows.
//
// Promises: fold() reads nothing but the event, its place, and this view's own earlier rows; the
// same log gives the same rows, octet for octet. A body or a field from a newer writer folds to
// nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projector/rows/view_store.h"
#include "runtime/result.h"
#include "schemas/event.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

// Where an event stands in the archive of its partition.
struct ArchivePlace {
  std::uint32_t partition = 0;
  schemas::EventIndex index;
};

// What a view may do with the store: read its own rows, as they are after everything folded so far
// in this batch, and write.
class Rows {
 public:
  virtual ~Rows() = default;
  // Only of tables of states (table.h). What the answer points at lives until the next call.
  virtual runtime::Result<std::optional<std::string_view>> get(Table table,
                                                               std::string_view key) = 0;
  virtual void put(Table table, std::string_view key, std::string_view value) = 0;
  // Rows with from <= key < to of a table of sums, as they are before this batch.
  virtual runtime::Result<void> scan(Table table, std::string_view from, std::string_view to,
                                     const ViewStore::Visit& visit) const = 0;
  // Rows of a table of states with from <= key < to; none of them is put again.
  virtual void erase_range(Table table, std::string_view from, std::string_view to) = 0;
};

class View {
 public:
  virtual ~View() = default;
  // The one that it writes.
  virtual const TableTraits& table() const = 0;
  virtual runtime::Result<void> fold(const schemas::Event& event, ArchivePlace place,
                                     Rows& rows) = 0;

  // A view that sums a batch up before it writes puts its rows here, once the batch is whole.
  virtual void settle(Rows&) {}
  // The batch was applied.
  virtual void applied() {}
  // It was not, or perhaps was: the store alone knows what the rows are.
  virtual void forget() {}
};

// Every view of the house, in the order they are folded.
std::vector<std::unique_ptr<View>> all_views();

}  // namespace waybill::projector
