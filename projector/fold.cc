#include "projector/fold.h"

namespace waybill::projector {

runtime::Result<void> Fold::add(const schemas::Event& event, schemas::EventIndex index) {
  for (const auto& view : views_) {
    if (const auto folded = view->fold(event, {partition_, index}, rows_); !folded) {
      forget();
      return folded;
    }
  }
  return {};
}

runtime::Result<void> Fold::apply() {
  for (const auto& view : views_) view->settle(rows_);
  rows_.settle();
  const auto applied = store_.apply(batch_);
  batch_.clear();
  if (!applied) {
    forget();
    return applied;
  }
  rows_.applied();
  for (const auto& view : views_) view->applied();
  return {};
}

void Fold::forget() {
  batch_.clear();
  rows_.forget();
  for (const auto& view : views_) view->forget();
}

}  // namespace waybill::projector
