// Filter: which events a reader of the feed wants. Pure.
#pragma once

#include <string>
#include <vector>

#include "schemas/event.h"

namespace waybill::query::feed {

// What is empty is not asked for; an event is wanted that all of the rest is true of.
struct Filter {
  std::vector<std::string> kinds;    // words of schemas/kind.h
  std::vector<std::string> classes;  // words of BounceClass: of reports alone
  std::string domain;                // of the alias, as schemas::Address has domains
  // Of an alias, a sender or a target, in any case; a target is found with its port and without.
  std::string address;

  bool wants(const schemas::Event& event) const;
};

// The words that `classes` may have.
const std::vector<std::string>& bounce_classes();

}  // namespace waybill::query::feed
