// POST /v1/return-paths/{id}/turn?holder=: the turn to report on a delivery, for one relay at a
// time (turns.h). DELETE gives it back. 200, or 409 while another holder has it. An owner that
// starts again knows of no turns, and two relays may then be at the same report for once.

#include <memory>

#include "http/parameters.h"
#include "query/handlers.h"
#include "query/turns.h"

namespace waybill::query {

http::Handler turn_handler(const runtime::Clock& clock) {
  return [turns = std::make_shared<Turns>(clock)](const http::Request& request) -> http::Plan {
    http::Parameters parameters(request);
    const auto id = schemas::DeliveryId::parse(request.captured[0]);
    if (!id) parameters.refuse("id", "A delivery id is a UUID with hyphens.");
    const auto holder = parameters.text("holder");
    if (!holder) parameters.refuse("holder", "\"holder\" is needed: who takes the turn.");
    if (const auto problem = parameters.problem()) return http::to_response(*problem);
    if (request.method != "POST") {
      turns->give_back(*id, *holder);
      return http::empty_object();
    }
    if (turns->take(*id, *holder)) return http::empty_object();
    return http::to_response(
        http::problem_of(409, "turn_taken", "Another relay reports on this delivery now."));
  };
}

}  // namespace waybill::query
