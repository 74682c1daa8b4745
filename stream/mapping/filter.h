// Filter: which events a sink tells at all. A pure function of the event: what is not told is as
// settled as what is, at every attempt. Any thread.
#pragma once

#include <set>
#include <string>

#include "schemas/event.h"
#include "schemas/kind.h"

namespace waybill::stream {

// A condition that is empty holds for every event; all of them must hold.
struct Filter {
  std::set<schemas::Kind> kinds{};
  // Of the alias, lower-case A-labels. An event of no domain is of none of them.
  std::set<std::string, std::less<>> domains{};
  // Of reports alone: events of other kinds are not asked for one.
  std::set<schemas::pb::BounceClass> bounce_classes{};
  // Of refusals, deferrals and drops alone: names of rules and of routes (docs/rules.md).
  std::set<std::string, std::less<>> rules{};

  // False for a kind that this release does not know, where kinds are named.
  bool passes(const schemas::Event& event) const;

  friend bool operator==(const Filter&, const Filter&) = default;
};

}  // namespace waybill::stream
