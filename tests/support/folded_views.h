// FoldedViews: an EventLog folded into a store in memory, and what History says of it.
#pragma once

#include <gtest/gtest.h>

#include "projector/history.h"
#include "projector/memory_view_store.h"
#include "projector/projector.h"
#include "tests/support/event_log.h"

namespace waybill::tests {

class FoldedViews {
 public:
  FoldedViews() { reopen(); }
  explicit FoldedViews(const EventLog& log) : FoldedViews() { fold(log); }

  // Folds what the log has and the views have not, `batch` records at a time.
  void fold(const EventLog& log, std::size_t batch = SIZE_MAX) {
    while (projector_->progress().next_offset < log.end()) {
      const auto folded =
          projector_->project(log.records(projector_->progress().next_offset, batch));
      ASSERT_TRUE(folded) << folded.error().message();
    }
  }

  // As a process that starts on the store.
  void reopen() {
    auto projector = projector::Projector::open(store_, 0);
    ASSERT_TRUE(projector) << projector.error().message();
    projector_ = std::move(*projector);
  }

  projector::MemoryViewStore& store() { return store_; }
  projector::Projector& projector() { return *projector_; }
  projector::History history() const { return projector::History(store_); }
  std::string digest() const { return projector::digest_views(store_).value(); }

  projector::Page timeline(projector::Role role, const std::string& address) const {
    projector::HistoryQuestion question;
    question.address = address;
    question.role = role;
    return history().timeline(question, schemas::Sight::all()).value();
  }

 private:
  projector::MemoryViewStore store_;
  std::unique_ptr<projector::Projector> projector_;
};

}  // namespace waybill::tests
