// GET /v1/deliveries/{id}: one message to one target through one alias, with every event of it.

#include "query/gather.h"
#include "query/handlers.h"
#include "query/parameters.h"
#include "query/render.h"

namespace waybill::query {
namespace {

runtime::Result<boost::json::object> ask_partition(const LocalPartition& local,
                                                   const schemas::DeliveryId& id) {
  // A silent log is known to be silent only up to when nothing of it was missing here: before
  // that, nothing is.
  const Freshness fresh = local.freshness();
  const auto delivery = local.history->delivery(id);
  if (!delivery) return delivery.error();
  return delivery_part(*delivery, fresh.whole_at.value_or(runtime::WallTime{}));
}

Response read_delivery(const ServerParts& parts, const schemas::DeliveryId& id,
                       const Request& request) {
  Inquiry inquiry;
  inquiry.ask = [&id](const LocalPartition& local) { return ask_partition(local, id); };
  Gathered gathered = gather(parts, request, inquiry);
  if (!gathered.problem && !gathered.parts.empty()) {
    Response response;
    // A delivery lies in one partition.
    response.body = render(std::move(gathered.parts.front()), gathered.as_of);
    return response;
  }
  return to_response(nothing_found("The views know no delivery " + id.text() +
                                       " as of the time given; if \"lag\" is above 0, ask again "
                                       "in a moment.",
                                   std::move(gathered)));
}

class DeliveryHandler final : public Handler {
 public:
  explicit DeliveryHandler(const ServerParts& parts) : parts_(parts) {}

  Plan plan(const Request& request) const override {
    Parameters parameters(request);
    const auto id = schemas::DeliveryId::parse(request.captured[0]);
    if (!id) parameters.refuse("id", "A delivery id is a UUID with hyphens.");
    if (const auto problem = parameters.problem()) return to_response(*problem);
    return Read(
        [&parts = parts_, wanted = *id, request] { return read_delivery(parts, wanted, request); });
  }

 private:
  const ServerParts& parts_;
};

}  // namespace

std::unique_ptr<Handler> delivery_handler(const ServerParts& parts) {
  return std::make_unique<DeliveryHandler>(parts);
}

}  // namespace waybill::query
