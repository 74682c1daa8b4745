// OpenSet: which deliveries have an acceptance on record and no outcome, told from the records
// alone. The journal keeps the same beside its records, and corrects it by this.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ingest/journal_store.h"
#include "schemas/event.h"

namespace waybill::ingest {

class OpenSet {
 public:
  // `before`: what is open where the first record that is added begins.
  explicit OpenSet(const std::vector<OpenDelivery>& before);

  // Ascending.
  void add(const schemas::Event& event, schemas::SequenceNumber seq);

  // By delivery id.
  std::vector<OpenDelivery> all() const;

 private:
  std::map<std::string, schemas::SequenceNumber> open_;
};

}  // namespace waybill::ingest
