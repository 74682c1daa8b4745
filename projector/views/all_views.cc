#include "projector/views/accesses.h"
#include "projector/views/control.h"
#include "projector/views/counters.h"
#include "projector/views/deliveries.h"
#include "projector/views/figures.h"
#include "projector/views/messages.h"
#include "projector/views/return_paths.h"
#include "projector/views/terms.h"
#include "projector/views/timeline.h"

namespace waybill::projector {

std::vector<std::unique_ptr<View>> all_views() {
  std::vector<std::unique_ptr<View>> views;
  views.push_back(std::make_unique<Timeline>());
  views.push_back(std::make_unique<Deliveries>());
  views.push_back(std::make_unique<Messages>());
  views.push_back(std::make_unique<Counters>());
  views.push_back(std::make_unique<ReturnPaths>());
  views.push_back(std::make_unique<Accesses>());
  views.push_back(std::make_unique<Control>());
  views.push_back(std::make_unique<Figures>());
  views.push_back(std::make_unique<Terms>());
  return views;
}

}  // namespace waybill::projector
