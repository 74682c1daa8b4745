// Filter: which events a reader of the feed wants. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projector/views/events_asked.h"
#include "projector/views/spelling.h"
#include "projector/views/timeline_row.h"
#include "schemas/event.h"
#include "schemas/principal.h"

namespace waybill::query::feed {

inline constexpr std::string_view kFeedRoute = "/v1/feed";

// An address as its history in that role has it.
struct Part {
  projector::Role role = projector::Role::alias;
  projector::Sought address;
};

// What is empty is not asked for; an event is wanted that all of the rest is true of.
struct Filter {
  schemas::Sight sight;                // of who reads: the rest of the log is not there
  std::vector<std::string> kinds{};    // words of schemas/kind.h; empty: those that speak of mail
  std::vector<std::string> classes{};  // words of BounceClass: of reports alone
  std::string domain{};                // of the alias, as schemas::Address has domains
  // Of an alias, a sender or a target, in any case; a target is found with its port and without.
  std::string address{};
  std::vector<Part> parts{};  // any of them took part
  projector::EventsWanted wanted{};

  bool wants(const schemas::Event& event) const;
};

// The record of a feed's own reading: a feed that is read by waiting would be woken by it for ever.
bool is_of_feed(const schemas::Event& event);

// What does not speak of mail is not for everyone who may read how it went: the scope that kinds
// ask for and that is missing. nullopt: none is.
std::optional<schemas::Scope> scope_missing(const std::vector<std::string>& kinds,
                                            schemas::Scopes scopes);

// The words that `classes` may have.
const std::vector<std::string>& bounce_classes();

}  // namespace waybill::query::feed
