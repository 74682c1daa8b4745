// GET /v1/messages/{id}: every event of one message.
// GET /v1/messages?message_id=: the messages that bore an RFC 5322 Message-ID, newest first.

#include "http/parameters.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/merge.h"
#include "query/render.h"

namespace waybill::query {
namespace {

// Message-IDs are not unique, but honest repeats are retries of one message: a few.
constexpr std::size_t kDefaultMessages = 20;
constexpr std::size_t kMaxMessages = 100;

http::Response read_message(const Sources& sources, const schemas::MessageId& id,
                            const http::Request& request) {
  Inquiry inquiry;
  inquiry.ask = [&id](const LocalPartition& local) -> runtime::Result<boost::json::object> {
    const auto message = local.history->message(id);
    if (!message) return message.error();
    return message_part(*message);
  };
  Gathered gathered = gather(sources, request, inquiry);
  if (!gathered.problem && !gathered.parts.empty()) {
    http::Response response;
    response.body = render(merge_messages(std::move(gathered.parts)), gathered.as_of);
    return response;
  }
  return http::to_response(
      nothing_found("The views know no message " + id.text() +
                        " as of the time given; if \"lag\" is above 0, ask again "
                        "in a moment.",
                    std::move(gathered)));
}

http::Response read_messages(const Sources& sources, const std::string& message_id,
                             std::size_t limit, const http::Request& request) {
  Inquiry inquiry;
  inquiry.ask = [&](const LocalPartition& local) -> runtime::Result<boost::json::object> {
    const auto messages = local.history->by_rfc5322_message_id(message_id, limit);
    if (!messages) return messages.error();
    return messages_part(message_id, *messages);
  };
  Gathered gathered = gather(sources, request, inquiry);
  // A peer of an older release may answer 404 instead of an empty part.
  if (gathered.problem || gathered.parts.empty()) {
    return http::to_response(
        nothing_found("Nobody who was asked has such a list.", std::move(gathered)));
  }
  http::Response response;
  response.body = render(merge_message_lists(std::move(gathered.parts), limit), gathered.as_of);
  return response;
}

}  // namespace

http::Plan plan_message(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  const auto id = schemas::MessageId::parse(request.captured[0]);
  if (!id) {
    parameters.refuse("id",
                      "A message id is a UUID with hyphens; a Message-ID of the header goes to "
                      "/v1/messages?message_id=.");
  }
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  return plan_read(sources, request, std::nullopt, [&sources, wanted = *id, request] {
    return read_message(sources, wanted, request);
  });
}

http::Plan plan_messages(const Sources& sources, const http::Request& request) {
  http::Parameters parameters(request);
  const auto message_id = parameters.text("message_id");
  const auto limit = parameters.number("limit", 1, kMaxMessages).value_or(kDefaultMessages);
  if (!message_id) {
    parameters.refuse("message_id",
                      "\"message_id\" is needed: the Message-ID of the message's header.");
  }
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  return plan_read(sources, request, std::nullopt,
                   [&sources, wanted = *message_id, limit, request] {
                     return read_messages(sources, wanted, limit, request);
                   });
}

}  // namespace waybill::query
