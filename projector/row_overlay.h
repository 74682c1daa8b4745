// RowOverlay: the rows as the views see them while a batch is being folded.
//
// Rows of states (deliveries, counters, return_paths) are read through it and written to the batch
// once, as they are at its end; they are remembered over batches, for an outcome follows its
// acceptance soon. Rows of the other tables go into the batch as they come. One thread, and the
// only writer of its store.
#pragma once

#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "projector/view.h"
#include "projector/view_store.h"

namespace waybill::projector {

class RowOverlay final : public Rows {
 public:
  // Both outlive it.
  RowOverlay(const ViewStore& store, WriteBatch& batch) : store_(store), batch_(batch) {}

  runtime::Result<std::optional<std::string_view>> get(Table table, std::string_view key) override;
  void put(Table table, std::string_view key, std::string_view value) override;
  void erase_range(Table table, std::string_view from, std::string_view to) override;

  // Writes what changed to the batch, in the order of first change.
  void settle();
  // To be called once the batch was applied.
  void applied();
  // To be called if it was not, or perhaps was: the store alone knows.
  void forget();

 private:
  struct Row {
    std::string value;
    bool present = false;
    bool changed = false;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>()(key);
    }
  };
  using RowMap = std::unordered_map<std::string, Row, Hash, std::equal_to<>>;
  struct Changed {
    Table table;
    RowMap::value_type* row;
  };

  RowMap& remembered(Table table) { return tables_[static_cast<std::size_t>(table)]; }

  const ViewStore& store_;
  WriteBatch& batch_;
  std::array<RowMap, kTables> tables_;
  std::vector<Changed> changed_;
};

}  // namespace waybill::projector
