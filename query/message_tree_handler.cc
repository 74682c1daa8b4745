// GET /v1/messages/{id}/tree: everything about one message as one tree (message_tree.h).

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "http/parameters.h"
#include "query/ask_inside.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/message_tree.h"

namespace waybill::query {
namespace {

namespace json = boost::json;

// A message has a few recipients, and most have one target. Of more the tree says so: the list of
// the message's events has them all, in pages.
constexpr std::size_t kMostDeliveries = 50;
// Of JSON that the tree is made of, held at once: that of some pages of events.
constexpr std::size_t kMostTreeOctets = 4 << 20;

http::Response read_tree(const Sources& sources, const std::string& id,
                         const http::Request& request) {
  http::Response message = ask_inside(sources, request, "/v1/messages/" + id, {id}, plan_message);
  if (message.status != 200) return message;
  json::value told = json::parse(message.body);
  json::object& root = told.as_object();
  const json::array& events = root.at("events").as_array();
  bool more = root.contains("next_cursor");
  std::size_t octets = message.body.size();
  std::uint64_t rows = message.shown.rows;
  std::map<std::string, json::object> deliveries;
  for (const std::string& delivery : deliveries_named(events)) {
    if (deliveries.size() == kMostDeliveries || octets >= kMostTreeOctets) {
      more = true;
      break;
    }
    const http::Response answer =
        ask_inside(sources, request, "/v1/deliveries/" + delivery, {delivery}, plan_delivery);
    if (answer.status >= 500) return answer;
    // Of one that is not ours to see, or that another node has which is away, the message's own
    // events say what there is to say.
    if (answer.status != 200) continue;
    octets += answer.body.size();
    rows += answer.shown.rows;
    deliveries.emplace(delivery, json::parse(answer.body).as_object());
  }
  json::object out;
  out["message_id"] = id;
  for (auto& [name, value] : message_tree(events, deliveries)) out[name] = std::move(value);
  out["more"] = more;
  if (json::value* const next = root.if_contains("next_cursor")) {
    out["next_cursor"] = std::move(*next);
  }
  out["as_of"] = std::move(root.at("as_of"));
  http::Response response;
  response.body = json::serialize(out);
  response.shown = std::move(message.shown);
  response.shown.rows = rows;
  return response;
}

}  // namespace

http::Plan plan_message_tree(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  const auto id = schemas::MessageId::parse(request.captured[0]);
  if (!id) parameters.refuse("id", "A message id is a UUID with hyphens.");
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  return plan_read(sources, request, std::nullopt, [&sources, wanted = id->text(), request] {
    return read_tree(sources, wanted, request);
  });
}

}  // namespace waybill::query
