#include "app/cluster/publish_wait.h"

#include "runtime/clock.h"

namespace waybill::app {
namespace {

constexpr std::chrono::milliseconds kLookAgain{5};

}  // namespace

runtime::Task<bool> own_published(OwnJournal own, runtime::Clock& clock,
                                  runtime::Instant deadline) {
  const schemas::SequenceNumber end = own.on_record();
  if (own.in_log() < end) own.hurry();
  while (own.in_log() < end) {
    if (clock.now() >= deadline) co_return false;
    co_await clock.sleep_until(clock.now() + kLookAgain);
  }
  co_return true;
}

}  // namespace waybill::app
