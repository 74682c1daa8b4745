// Story: what became of one delivery, told in order: accepted, forwarded, bounced, sent home. Each
// step is a time, a word and a sentence; what is not known yet is said to be not known (I8).
#pragma once

#include <string>
#include <vector>

#include "projector/history.h"
#include "runtime/time.h"

namespace waybill::query {

struct StoryStep {
  runtime::WallTime time;
  // "accepted", "forwarded", "rejected", "deferred", "dropped", "in_doubt", "bounced",
  // "delivered", "not_understood", "reported" (a report that ends nothing), "sent_home",
  // "home_refused", "home_deferred", "home_in_doubt", "refused_report", "settled",
  // "unclear"
  std::string step;
  std::string text;  // one line
};

// What the views and the clock say together: `state` of the delivery, but "settled" where it was
// forwarded and the window for bounces closed in silence, and "unclear" where something came that
// was refused, put off or said of no end. `complete_at`: all that was on record by
// then is in the views.
std::string state_at(const projector::Delivery& delivery, runtime::WallTime complete_at);

std::vector<StoryStep> story_of(const projector::Delivery& delivery, runtime::WallTime complete_at);

}  // namespace waybill::query
