// Fold: events into rows, a batch at a time; what Projector and rebuild_views() share.
// One thread, and the only writer of its store, which outlives it.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "projector/row_overlay.h"
#include "projector/rows/view.h"
#include "projector/rows/view_store.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

class Fold {
 public:
  Fold(ViewStore& store, std::uint32_t partition)
      : store_(store), partition_(partition), rows_(store, batch_), views_(all_views()) {}

  // Has every view fold the event into the batch.
  runtime::Result<void> add(const schemas::Event& event, schemas::EventIndex index);

  // Further rows for the same batch.
  WriteBatch& batch() { return batch_; }

  // Applies the batch; the next begins empty. After an error here or in add() nothing of this batch
  // is remembered, whether the store kept it or not.
  runtime::Result<void> apply();

  // Drops the batch.
  void forget();

 private:
  ViewStore& store_;
  std::uint32_t partition_;
  WriteBatch batch_;
  RowOverlay rows_;
  std::vector<std::unique_ptr<View>> views_;
};

}  // namespace waybill::projector
