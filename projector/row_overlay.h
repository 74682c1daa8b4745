// RowOverlay: the rows as the views see them while a batch is being folded.
//
// Rows of states (table.h) are read through it and written to the batch once, as they are at its
// end; they are remembered over batches, for an outcome follows its acceptance soon. Rows of the
// other tables go into the batch as they come. One thread, and the only writer of its store.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "projector/row_table.h"
#include "projector/rows/view.h"
#include "projector/rows/view_store.h"
#include "projector/tables.h"

namespace waybill::projector {

class RowOverlay final : public Rows {
 public:
  // Both outlive it.
  RowOverlay(const ViewReader& store, WriteBatch& batch) : store_(store), batch_(batch) {}

  runtime::Result<std::optional<std::string_view>> get(Table table, std::string_view key) override;
  void put(Table table, std::string_view key, std::string_view value) override;
  runtime::Result<void> scan(Table table, std::string_view from, std::string_view to,
                             const ViewStore::Visit& visit) const override;
  void erase_range(Table table, std::string_view from, std::string_view to) override;

  // Writes what changed to the batch, in the order of first change.
  void settle();
  // To be called once the batch was applied.
  void applied();
  // To be called if it was not, or perhaps was: the store alone knows.
  void forget();

 private:
  struct RowName {
    Table table = Table::meta;
    std::uint32_t row = 0;
  };

  runtime::Result<std::optional<std::string>> read(Table table, std::string_view key);
  runtime::Result<void> seek_greatest(std::string_view from);
  RowTable::Row& row_to_put(Table table, std::string_view key);
  RowTable& remembered(Table table) { return tables_[static_cast<std::size_t>(table)]; }

  const ViewReader& store_;
  WriteBatch& batch_;
  std::array<RowTable, kTables> tables_;
  std::vector<RowName> changed_;
  RowName last_;  // that was read

  // Ids of deliveries begin with their time (UUIDv7), so that a new one is mostly beyond all
  // others: what is beyond the greatest key in the store and in the batch is in no row, and not
  // looked for. Too great is only slower.
  std::string greatest_;  // of those put; of all of them once it is known
  bool greatest_known_ = false;
  bool greatest_sought_ = false;
};

}  // namespace waybill::projector
