// GET /v1/deliveries/{id}: one message to one target through one alias, with every event of it.

#include "http/parameters.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/render.h"

namespace waybill::query {
namespace {

runtime::Result<DeliveryPart> ask_partition(const LocalPartition& local,
                                            const schemas::DeliveryId& id,
                                            const schemas::Sight& sight) {
  // A silent log is known to be silent only up to when nothing of it was missing here: before
  // that, nothing is.
  const Freshness fresh = local.freshness();
  auto delivery = local.history->delivery(id, sight);
  if (!delivery) return delivery.error();
  return DeliveryPart(
      OwnDelivery{std::move(*delivery), fresh.complete_at.value_or(runtime::WallTime{})});
}

http::Response read_delivery(const Sources& sources, const schemas::DeliveryId& id,
                             const http::Request& request) {
  std::vector<DeliveryPart> parts;
  const schemas::Sight sight = request.sight();
  const Inquiry inquiry = inquiry_into(
      parts, [&](const LocalPartition& local) { return ask_partition(local, id, sight); },
      read_delivery_part);
  Gathered gathered = gather(sources, request, inquiry);
  if (!gathered.problem && !parts.empty()) {
    http::Response response;
    // A delivery lies in one partition.
    response.body = render_delivery(parts.front(), gathered.as_of);
    const auto* const own = std::get_if<OwnDelivery>(&parts.front());
    response.shown =
        shown_of(1, gathered.as_of, own == nullptr ? std::string() : own->delivery.domain);
    return response;
  }
  return http::to_response(
      nothing_found("The views know no delivery " + id.text() +
                        " as of the time given. Unless \"lag\" is 0 it may be in "
                        "the log all the same: ask again in a moment.",
                    std::move(gathered)));
}

}  // namespace

http::Plan plan_delivery(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  const auto id = schemas::DeliveryId::parse(request.captured[0]);
  if (!id) parameters.refuse("id", "A delivery id is a UUID with hyphens.");
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  return plan_read(sources, request, std::nullopt, [&sources, wanted = *id, request] {
    return read_delivery(sources, wanted, request);
  });
}

}  // namespace waybill::query
