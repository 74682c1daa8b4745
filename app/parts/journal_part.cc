#include "app/parts/journal_part.h"

#include "app/command/command_line.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Explained;

Explained<void> JournalPart::start() {
  auto opened = LocalLog::open(process_.config());
  if (!opened) return opened.error();
  log_ = std::move(*opened);
  metrics_ = std::make_unique<JournalMetrics>(log_->journal(), process_.config().journal_max,
                                              process_.metrics());
  return {};
}

void JournalPart::ready() {
  log_->journal().when_fenced([this] { process_.end_after(kFenceGrace); });
}

void JournalPart::tick() { metrics_->update(); }

void JournalPart::stop(Ending& ending) {
  log_->journal().when_fenced({});
  if (!log_->journal().fenced()) return;
  ending.code = kExitEnvironment;
  ending.unclosed = true;
  runtime::log(runtime::Level::error, "app",
               "ending because the journal failed; start again to read the disk anew");
}

void JournalPart::stopped() {
  metrics_.reset();
  log_.reset();
}

Explained<void> RecoveryPart::start() {
  return journal_.log().settle(process_.config(), process_.metrics());
}

Explained<void> PublisherPart::start() {
  journal_.log().publish(process_.config(), process_.metrics());
  return {};
}

}  // namespace waybill::app
