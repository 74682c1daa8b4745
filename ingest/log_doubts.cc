#include "ingest/log_doubts.h"

#include <algorithm>
#include <utility>

#include "schemas/envelope.h"
#include "schemas/lean_record.h"

namespace waybill::ingest {

namespace {

// Of one partition: more losses than that, one after the other without an answer in between, and
// all that the journal has of it is sent again unasked.
constexpr std::size_t kMostDoubts = 16;

// Records that the journal has let go of are told by their number alone.
bool is_the_one(const StandsThere& there, const AckedRecord& record, const JournalStore& journal) {
  if (there.what == StandsThere::What::removed) return true;
  if (there.what == StandsThere::What::log_ends_before) return false;
  const auto own = journal.read(record.seq, 1, 1);
  if (own && !own->empty()) {
    // An earlier release has sent it whole.
    const std::string& whole = own->front().value;
    return there.value == whole || there.value == schemas::lean_record(whole);
  }
  const auto envelope = schemas::read_envelope(there.value);
  return envelope && envelope->node_seq == record.seq;
}

}  // namespace

void LogDoubts::add(const std::map<LogPlace, AckedRecord>& acked) {
  const runtime::MutexLock lock(mutex_);
  for (const auto& [place, record] : acked) {
    const Doubt doubt{place, record};
    if (lost_.contains(place)) continue;
    if (std::find(doubts_.begin(), doubts_.end(), doubt) != doubts_.end()) continue;
    doubts_.push_back(doubt);
    const auto of_it = std::count_if(doubts_.begin(), doubts_.end(),
                                     [&](const Doubt& one) { return one.place == doubt.place; });
    if (static_cast<std::size_t>(of_it) > kMostDoubts) lost_.insert(place);
  }
}

bool LogDoubts::any() const {
  const runtime::MutexLock lock(mutex_);
  return !doubts_.empty() || !lost_.empty();
}

std::map<LogPlace, AckedRecord> LogDoubts::oldest() const {
  const runtime::MutexLock lock(mutex_);
  std::map<LogPlace, AckedRecord> out;
  for (const Doubt& doubt : doubts_) {
    if (!lost_.contains(doubt.place)) out.emplace(doubt.place, doubt.record);
  }
  return out;
}

void LogDoubts::look(const LookAt& look_at, const JournalStore& journal) {
  const auto asked = oldest();
  if (asked.empty()) return;
  std::map<LogPlace, schemas::LogOffset> wanted;
  for (const auto& [place, record] : asked) wanted.emplace(place, record.offset);
  const auto answers = look_at(wanted);
  if (!answers) return;
  for (const auto& [place, there] : *answers) {
    const Doubt doubt{place, asked.at(place)};
    const bool whole = is_the_one(there, doubt.record, journal);
    const runtime::MutexLock lock(mutex_);
    std::erase(doubts_, doubt);
    if (!whole) lost_.insert(doubt.place);
  }
}

std::set<LogPlace> LogDoubts::take_lost() {
  const runtime::MutexLock lock(mutex_);
  auto lost = std::exchange(lost_, {});
  std::erase_if(doubts_, [&](const Doubt& doubt) { return lost.contains(doubt.place); });
  return lost;
}

}  // namespace waybill::ingest
