// Terms: in which events each term stands (event_terms.h), stretch by stretch of the archive; which
// aliases had mail; and from when to when the events of a stretch are.
//
// Promises: rows follow from the log alone, however it was cut into batches. A stretch is written
// while it grows: each row of it once in a batch, at most 129 octets. Strangers choose senders and
// the names of their hosts, but an event has a bounded number of terms, and an address of an alias
// is written down only once mail for it was accepted.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <deque>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projector/rows/view.h"
#include "projector/views/event_terms.h"
#include "projector/views/terms_key.h"

namespace waybill::projector {

class Terms final : public View {
 public:
  Terms();
  ~Terms() override;

  const TableTraits& table() const override { return kTermsTable; }
  runtime::Result<void> fold(const schemas::Event& event, ArchivePlace place, Rows& rows) override;
  void settle(Rows& rows) override;
  void applied() override;
  void forget() override;

 private:
  // Most have one event or two in a stretch.
  struct Row {
    std::string_view prefix{};  // of its key
    std::uint32_t only = 0;     // the event, where there is one
    EventSet* events = nullptr;
    bool changed = false;
  };
  // The stretch that events are added to; what stands in the store of it is read once.
  struct Stretch;

  runtime::Result<Stretch*> stretch_of_event(std::uint32_t number, Rows& rows);
  runtime::Result<std::optional<std::string>> stored(std::string_view key, Rows& rows) const;
  runtime::Result<void> add(Stretch& stretch, std::string_view prefix, std::uint32_t place,
                            Rows& rows);
  static void add_to(Stretch& stretch, Row& row, std::uint32_t place);
  void note_alias(const schemas::Event& event, Rows& rows);

  std::deque<Stretch> stretches_;  // ascending; all but the last one are whole
  // That are written down, as the store or this batch has them: a memory alone.
  boost::unordered_flat_set<std::string> aliases_;

  EventTerms terms_{Addresses::without};  // these are kept for their memory
  std::string key_;
  std::string octets_;
};

}  // namespace waybill::projector
