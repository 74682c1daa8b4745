// GET /v1/messages/{id}: every event of one message.
// GET /v1/messages?message_id=: the messages that bore an RFC 5322 Message-ID, newest first.

#include "http/parameters.h"
#include "query/cursor.h"
#include "query/gather.h"
#include "query/handlers.h"
#include "query/merge.h"
#include "query/paging.h"
#include "query/render.h"

namespace waybill::query {
namespace {

// Message-IDs are not unique, but honest repeats are retries of one message: a few.
constexpr std::size_t kDefaultMessages = 20;
constexpr std::size_t kMaxMessages = 100;

// A question about messages, and where its page begins.
struct MessagesQuestion {
  std::string asked;  // what the cursor belongs to
  std::optional<MessagePlace> from;

  std::optional<projector::MessagesStart> start_in(std::uint32_t partition) const {
    if (!from) return std::nullopt;
    return start(*from, partition);
  }
};

void read_cursor_parameter(http::Parameters& parameters, MessagesQuestion& question) {
  const auto text = parameters.text("cursor");
  if (!text) return;
  const auto place = read_cursor(*text, question.asked);
  if (place) {
    question.from = *place;
  } else {
    refuse_cursor(parameters, *text, place.error());
  }
}

// Of all events; empty: they are of several, or not from here.
std::string domain_of(const MessagesPart& messages) {
  std::string domain;
  for (const EventLine& line : messages.lines) {
    const auto* const event = std::get_if<schemas::Event>(&line.event);
    if (event == nullptr) return {};
    if (&line == &messages.lines.front()) domain = event->domain();
    if (event->domain() != domain) return {};
  }
  return domain;
}

http::Response read_message(const Sources& sources, const schemas::MessageId& id,
                            const MessagesQuestion& question, const http::Request& request) {
  std::vector<MessagesPart> parts;
  const schemas::Sight sight = request.sight();
  const auto ask = [&](const LocalPartition& local) -> runtime::Result<MessagesPart> {
    const auto from = question.start_in(local.partition);
    auto message = local.history->message(id, sight, from ? from->index : schemas::EventIndex(0));
    if (!message) return message.error();
    return message_part(local.partition, std::move(*message));
  };
  const Inquiry inquiry = inquiry_into(parts, ask, [&](PeerSaid said) {
    return read_message_part(std::move(said), question.asked);
  });
  Gathered gathered = gather(sources, request, inquiry);
  if (gathered.problem || parts.empty()) {
    return http::to_response(
        nothing_found("The views know no message " + id.text() +
                          " as of the time given. Unless \"lag\" is 0 it may be in "
                          "the log all the same: ask again in a moment.",
                      std::move(gathered)));
  }
  const auto message = merge_messages(std::move(parts), 1);
  http::Response response;
  if (message.next) link_next(request, write_cursor(*message.next, question.asked), response);
  response.body = render_message(id, question.asked, message, gathered.as_of);
  response.shown = shown_of(message.lines.size(), gathered.as_of, domain_of(message));
  return response;
}

http::Response read_messages(const Sources& sources, const std::string& message_id,
                             std::size_t limit, const MessagesQuestion& question,
                             const http::Request& request) {
  std::vector<MessagesPart> parts;
  const schemas::Sight sight = request.sight();
  const auto ask = [&](const LocalPartition& local) -> runtime::Result<MessagesPart> {
    auto page = local.history->by_rfc5322_message_id(message_id, limit, sight,
                                                     question.start_in(local.partition));
    if (!page) return page.error();
    return messages_part(local.partition, std::move(*page));
  };
  const Inquiry inquiry = inquiry_into(parts, ask, [&](PeerSaid said) {
    return read_messages_part(std::move(said), question.asked);
  });
  Gathered gathered = gather(sources, request, inquiry);
  // A peer of an older release may answer 404 instead of an empty part.
  if (gathered.problem || parts.empty()) {
    return http::to_response(
        nothing_found("Nobody who was asked has such a list.", std::move(gathered)));
  }
  const auto messages = merge_messages(std::move(parts), limit);
  http::Response response;
  if (messages.next) link_next(request, write_cursor(*messages.next, question.asked), response);
  response.body = render_messages(message_id, question.asked, messages, gathered.as_of);
  response.shown = shown_of(messages.lines.size(), gathered.as_of, domain_of(messages));
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
  MessagesQuestion question;
  if (id) question.asked = "message " + id->text();
  read_cursor_parameter(parameters, question);
  if (id && question.from && question.from->message != *id) {
    refuse_cursor(parameters, "", make_error_code(runtime::Errc::refused));
  }
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  return plan_read(sources, request, std::nullopt, [&sources, wanted = *id, question, request] {
    return read_message(sources, wanted, question, request);
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
  MessagesQuestion question;
  question.asked = "rfc5322 " + message_id.value_or("");
  read_cursor_parameter(parameters, question);
  if (const auto problem = parameters.problem()) return http::to_response(*problem);
  return plan_read(sources, request, std::nullopt,
                   [&sources, wanted = *message_id, limit, question, request] {
                     return read_messages(sources, wanted, limit, question, request);
                   });
}

}  // namespace waybill::query
