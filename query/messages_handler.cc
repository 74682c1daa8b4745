// GET /v1/messages/{id}: every event of one message.
// GET /v1/messages?message_id=: the messages that bore an RFC 5322 Message-ID, newest first.

#include "query/freshness.h"
#include "query/handlers.h"
#include "query/parameters.h"
#include "query/render.h"

namespace waybill::query {
namespace {

// Message-IDs are not unique, but honest repeats are retries of one message: a few.
constexpr std::size_t kDefaultMessages = 20;
constexpr std::size_t kMaxMessages = 100;

Response read_message(const ServerParts& parts, const schemas::MessageId& id) {
  const auto fresh = read_as_of(parts);
  if (!fresh) return to_response(unreadable(fresh.error()));
  const auto message = parts.history->message(id);
  Response response;
  if (message) {
    response.body = render_message(*message, *fresh);
    return response;
  }
  if (runtime::errc_of(message.error()) != runtime::Errc::not_found) {
    return to_response(unreadable(message.error()));
  }
  return to_response(
      not_found("The views know no message " + id.text() +
                    " as of the time given; if \"lag\" is above 0, ask again in a moment.",
                *fresh));
}

Response read_messages(const ServerParts& parts, const std::string& message_id, std::size_t limit) {
  const auto fresh = read_as_of(parts);
  if (!fresh) return to_response(unreadable(fresh.error()));
  const auto messages = parts.history->by_rfc5322_message_id(message_id, limit);
  if (!messages) return to_response(unreadable(messages.error()));
  Response response;
  response.body = render_messages(message_id, *messages, *fresh);
  return response;
}

class MessageHandler final : public Handler {
 public:
  explicit MessageHandler(const ServerParts& parts) : parts_(parts) {}

  Plan plan(const Request& request) const override {
    Parameters parameters(request);
    const auto id = schemas::MessageId::parse(request.captured[0]);
    if (!id) {
      parameters.refuse("id",
                        "A message id is a UUID with hyphens; a Message-ID of the header goes to "
                        "/v1/messages?message_id=.");
    }
    if (const auto problem = parameters.problem()) return to_response(*problem);
    return Read([&parts = parts_, wanted = *id] { return read_message(parts, wanted); });
  }

 private:
  const ServerParts& parts_;
};

class MessagesHandler final : public Handler {
 public:
  explicit MessagesHandler(const ServerParts& parts) : parts_(parts) {}

  Plan plan(const Request& request) const override {
    Parameters parameters(request);
    const auto message_id = parameters.text("message_id");
    const auto limit = parameters.number("limit", 1, kMaxMessages).value_or(kDefaultMessages);
    if (!message_id) {
      parameters.refuse("message_id",
                        "\"message_id\" is needed: the Message-ID of the message's header.");
    }
    if (const auto problem = parameters.problem()) return to_response(*problem);
    return Read([&parts = parts_, wanted = *message_id, limit] {
      return read_messages(parts, wanted, limit);
    });
  }

 private:
  const ServerParts& parts_;
};

}  // namespace

std::unique_ptr<Handler> message_handler(const ServerParts& parts) {
  return std::make_unique<MessageHandler>(parts);
}

std::unique_ptr<Handler> messages_handler(const ServerParts& parts) {
  return std::make_unique<MessagesHandler>(parts);
}

}  // namespace waybill::query
