// EventsAsked: whether an event is one that is asked for, by the terms that it has: those by which
// the views find it. Pure; one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projector/views/event_terms.h"
#include "runtime/network.h"
#include "runtime/time.h"
#include "schemas/event.h"

namespace waybill::projector {

// A term that is asked for (views/event_terms.h), or all terms that begin with `text`, or all
// addresses of a network.
struct TermAsked {
  TermOf of = TermOf::kind;
  std::string text;
  bool beginning = false;
  std::string at_domain{};  // of a beginning: it ends with "@" and this; empty: with anything
  std::optional<runtime::Network> network{};  // `text` is how it is written

  friend bool operator==(const TermAsked&, const TermAsked&) = default;
};

// An event is meant that has one of them, or none of them.
struct EventCondition {
  bool is_not = false;
  std::vector<TermAsked> any_of;

  friend bool operator==(const EventCondition&, const EventCondition&) = default;
};

// Whether it leads to events: it is not turned round, and all its terms stand whole in stretches.
bool leads(const EventCondition& condition);

// Words of a subject that stand side by side (event_terms.h).
using Phrase = std::vector<std::string>;

struct EventsWanted {
  std::vector<EventCondition> all_of;
  // Of each group the subject has one phrase.
  std::vector<std::vector<Phrase>> phrases;
  std::optional<runtime::WallTime> from;  // inclusive
  std::optional<runtime::WallTime> to;    // exclusive

  friend bool operator==(const EventsWanted&, const EventsWanted&) = default;
};

class EventsAsked {
 public:
  // Outlives it.
  explicit EventsAsked(const EventsWanted& wanted) : wanted_(wanted) {}

  bool are(const schemas::Event& event);

 private:
  const EventsWanted& wanted_;
  EventTerms terms_{Addresses::with};
  std::vector<bool> found_;  // by condition
};

}  // namespace waybill::projector
