// CancelSignal: one word from any thread to another that blocks: give up, now and from now on.
#pragma once

#include <atomic>

#include "runtime/failure.h"
#include "runtime/time.h"

namespace waybill::runtime {

class CancelSignal {
 public:
  CancelSignal();
  ~CancelSignal();
  CancelSignal(const CancelSignal&) = delete;
  CancelSignal& operator=(const CancelSignal&) = delete;

  // Any thread.
  void cancel() noexcept;
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_acquire); }

  // Until one of `events` (poll(2)) is true of the descriptor, or its error. Errc::timeout, or
  // closed where it was cancelled, before this call or during it. A negative descriptor is none:
  // the call then sleeps.
  Explained<void> wait(int descriptor, short events, Instant deadline) const;

 private:
  int told_;  // eventfd(2), readable for ever once it was cancelled
  std::atomic<bool> cancelled_{false};
};

}  // namespace waybill::runtime
