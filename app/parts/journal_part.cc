#include "app/parts/journal_part.h"

#include "app/command/command_line.h"
#include "app/parts/disk_room.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Explained;

Explained<void> JournalPart::start() {
  auto opened = LocalLog::open(process_.config());
  if (!opened) return opened.error();
  log_ = std::move(*opened);
  metrics_ = std::make_unique<JournalMetrics>(log_->journal(), process_.config().journal_max,
                                              process_.metrics());
  look_at_the_disk();
  return {};
}

void JournalPart::ready() {
  log_->journal().when_fenced([this] { process_.end_after(kFenceGrace); });
}

void JournalPart::tick() {
  metrics_->update();
  look_at_the_disk();
}

std::string JournalPart::why_not() const {
  const ingest::Journal& journal = log_->journal();
  if (journal.fenced()) return "the journal is fenced after a failed write";
  if (journal.short_of_space()) {
    return "too little space is left on the disk of server.data_dir: new mail is answered 452";
  }
  return {};
}

void JournalPart::look_at_the_disk() {
  const auto room = room_on(process_.config().data_dir);
  // What cannot be asked is found out by the next write.
  if (!room) return;
  const std::uint64_t reserve = room->reserve;
  journal().set_nothing_to_spare(room->below(kSpareReserves));
  // Out of it again only with a quarter more, so that it does not come and go with each message.
  const auto enough = journal().short_of_space() ? reserve + reserve / 4 : reserve;
  const bool is_short = room->available < enough;
  if (is_short == journal().short_of_space()) return;
  journal().set_short_of_space(is_short);
  runtime::log(is_short ? runtime::Level::error : runtime::Level::info, "app",
               is_short ? "the disk is nearly full: new mail is answered 452 until there is room"
                        : "the disk has room again",
               {{"data_dir", process_.config().data_dir},
                {"free_bytes", room->available},
                {"reserve_bytes", reserve}});
}

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
  return journal_.log().settle(process_.config(), process_.metrics(),
                               elsewhere_ ? elsewhere_() : ingest::KeptElsewhere());
}

Explained<void> PublisherPart::start() {
  journal_.log().publish(process_.config(), process_.metrics());
  return {};
}

}  // namespace waybill::app
