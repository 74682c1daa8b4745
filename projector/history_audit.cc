// History::accesses() and History::control(): who asked for what, and what steers.

#include "projector/archive/archive.h"
#include "projector/history.h"
#include "projector/views/accesses_key.h"
#include "projector/views/control_key.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using schemas::EventIndex;

// The shortest list that has the answer.
std::string prefix_for(const AccessQuestion& question) {
  if (!question.subject.empty()) return accesses_of_subject_prefix(question.subject);
  if (!question.principal.empty()) return accesses_by_principal_prefix(question.principal);
  return all_accesses_prefix();
}

bool is_asked(const schemas::Event& event, const AccessQuestion& question,
              const schemas::Sight& sight) {
  const auto& access = event.access();
  if (!question.subject.empty() && access.subject() != question.subject) return false;
  if (!question.principal.empty() && access.principal() != question.principal) return false;
  return sight.sees(event);
}

// One page of records, from their indexes, newest first.
class AccessReader {
 public:
  AccessReader(const ViewReader& store, const AccessQuestion& question, const schemas::Sight& sight)
      : archive_(store), question_(question), sight_(sight) {}

  // False: the page ends.
  bool take(EventIndex index) {
    const bool full = page_.events.size() >= question_.limit || octets_ >= kMaxEventOctets;
    if (reads_ >= kMaxEventsRead || (full && sight_.is_all())) {
      page_.next = last_;
      return false;
    }
    ++reads_;
    if (!full) last_ = index;
    const auto record = archive_.at(index);
    schemas::Event event;
    if (!record || !record->read(event)) {
      failed_ = record ? make_error_code(Errc::corrupt) : record.error();
      return false;
    }
    if (!is_asked(event, question_, sight_)) return true;
    // Whether there is more is told of what is in sight.
    if (full) {
      page_.next = last_;
      return false;
    }
    octets_ += record->row().size();
    page_.events.push_back(std::move(event));
    return true;
  }

  void fail(runtime::Error why) { failed_ = why; }

  Result<AccessPage> finish() {
    if (failed_) return failed_;
    return std::move(page_);
  }

 private:
  const Archive archive_;
  const AccessQuestion& question_;
  const schemas::Sight& sight_;
  AccessPage page_;
  std::size_t reads_ = 0;
  std::size_t octets_ = 0;
  EventIndex last_;
  runtime::Error failed_;
};

}  // namespace

Result<AccessPage> History::accesses(const AccessQuestion& question,
                                     const schemas::Sight& sight) const {
  if (question.limit < 1 || question.limit > kMaxPage) return make_error_code(Errc::invalid);
  const std::string prefix = prefix_for(question);
  std::string from = prefix;
  if (question.before) {
    if (*question.before == EventIndex(0)) return AccessPage();
    append_falling(from, question.before->value() - 1);
  }
  AccessReader reader(store_, question, sight);
  const auto scanned = store_.scan(Table::accesses, from, after_prefix(prefix),
                                   [&](std::string_view key, std::string_view) {
                                     const auto index = index_of_access_key(key, prefix);
                                     if (index) return reader.take(*index);
                                     reader.fail(index.error());
                                     return false;
                                   });
  if (!scanned) return scanned.error();
  return reader.finish();
}

Result<std::vector<schemas::Event>> History::control(std::string_view subject) const {
  const std::string prefix = control_prefix(subject);
  std::vector<EventIndex> indexes;
  bool whole = true;
  const auto scanned = store_.scan(Table::control, prefix, after_prefix(prefix),
                                   [&](std::string_view, std::string_view row) {
                                     whole = row.size() == 8;
                                     if (whole) indexes.emplace_back(read_be64(row));
                                     return whole;
                                   });
  if (!scanned) return scanned.error();
  if (!whole) return make_error_code(Errc::corrupt);
  const auto records = Archive(store_).at(indexes);
  if (!records) return records.error();
  std::vector<schemas::Event> events(records->size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!(*records)[i].read(events[i])) return make_error_code(Errc::corrupt);
  }
  return events;
}

}  // namespace waybill::projector
