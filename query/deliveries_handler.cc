// GET /v1/deliveries/{id}: one message to one target through one alias, with every event of it.

#include "query/freshness.h"
#include "query/handlers.h"
#include "query/parameters.h"
#include "query/render.h"

namespace waybill::query {
namespace {

Response read_delivery(const ServerParts& parts, const schemas::DeliveryId& id) {
  const auto fresh = read_as_of(parts);
  if (!fresh) return to_response(unreadable(fresh.error()));
  const auto delivery = parts.history->delivery(id);
  Response response;
  if (delivery) {
    // A silent log is known to be silent only where nothing of it is missing here.
    const runtime::WallTime known_up_to =
        fresh->lag == 0 ? parts.clock->wall() : fresh->time.value_or(runtime::WallTime());
    response.body = render_delivery(*delivery, *fresh, known_up_to);
    return response;
  }
  if (runtime::errc_of(delivery.error()) != runtime::Errc::not_found) {
    return to_response(unreadable(delivery.error()));
  }
  return to_response(
      not_found("The views know no delivery " + id.text() +
                    " as of the time given; if \"lag\" is above 0, ask again in a moment.",
                *fresh));
}

class DeliveryHandler final : public Handler {
 public:
  explicit DeliveryHandler(const ServerParts& parts) : parts_(parts) {}

  Plan plan(const Request& request) const override {
    Parameters parameters(request);
    const auto id = schemas::DeliveryId::parse(request.captured[0]);
    if (!id) parameters.refuse("id", "A delivery id is a UUID with hyphens.");
    if (const auto problem = parameters.problem()) return to_response(*problem);
    return Read([&parts = parts_, wanted = *id] { return read_delivery(parts, wanted); });
  }

 private:
  const ServerParts& parts_;
};

}  // namespace

std::unique_ptr<Handler> delivery_handler(const ServerParts& parts) {
  return std::make_unique<DeliveryHandler>(parts);
}

}  // namespace waybill::query
