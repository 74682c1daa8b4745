#include "tests/support/event_line.h"

#include <sstream>

#include "schemas/field_shape.h"

namespace waybill::tests {

namespace {

using schemas::Event;
namespace pb = schemas::pb;

// What RCPT named, where the alias is not known.
template <class Body>
std::string whom(const Event& event, const Body& body) {
  if (body.recipient().empty()) return "from <" + event.sender() + ">";
  return event.alias().empty() ? "<" + body.recipient() + ">" : event.alias();
}

std::string reply_text(const pb::Reply& reply) {
  std::string out = std::to_string(reply.code());
  if (!reply.enhanced().empty()) out += " " + reply.enhanced();
  return out;
}

std::string stage_text(pb::Stage stage) {
  if (stage == pb::STAGE_CONNECT) return "at the connection";
  if (stage == pb::STAGE_MAIL) return "at MAIL";
  if (stage == pb::STAGE_RCPT) return "at RCPT";
  return stage == pb::STAGE_BODY ? "at the body" : "at no stage";
}

std::string by_text(pb::VerdictBy by) {
  if (by == pb::VERDICT_BY_POLICY) return "policy";
  if (by == pb::VERDICT_BY_NEXT_HOP) return "next hop";
  return by == pb::VERDICT_BY_RELAY ? "relay" : "nobody";
}

// What a spam filter said.
template <class Body>
std::string scored(const Body& body) {
  if (!body.has_spam()) return {};
  std::ostringstream out;
  out << ", scored " << body.spam().score() << " (" << body.spam().action() << ")";
  return out.str();
}

template <class Body>
std::string refusal_line(const char* kind, const Event& event, const Body& body) {
  const bool of_client = body.stage() == pb::STAGE_CONNECT;
  std::string out = kind + (of_client ? event.client_ip() : whom(event, body));
  if (!body.target().empty()) out += " for " + body.target();
  out += scored(body) + " " + stage_text(body.stage()) + " by " + by_text(body.by());
  if (!body.rule().empty()) out += " " + body.rule();
  return out + ": " + reply_text(body.reply());
}

std::string accepted_line(const Event& event) {
  const pb::Accepted& body = event.accepted();
  std::string out = "accepted  " + whom(event, body) + " by route " + body.route();
  for (const pb::ChosenTarget& target : body.targets()) {
    out += target.target().empty() ? ", goes nowhere" : ", for " + target.target();
  }
  if (!event.reported_delivery_id().empty()) out += ", a report";
  if (!body.rescue().empty()) out += ", rescued by " + body.rescue();
  return out + scored(body);
}

std::string bounced_line(const Event& event) {
  const pb::Bounced& body = event.bounced();
  const auto kind =
      schemas::word_of(*pb::BounceClass_descriptor()->FindValueByNumber(body.class_()));
  const auto handling =
      schemas::word_of(*pb::Handling_descriptor()->FindValueByNumber(body.handling()));
  std::string out = "bounced   " + event.alias() + " " + kind;
  if (!body.status().empty()) out += " " + body.status();
  out += ", " + handling;
  if (!body.handed_on_to().empty()) return out + " to " + body.handed_on_to();
  return out + ": " + body.handling_reason();
}

}  // namespace

std::string event_line(const Event& event) {
  switch (event.body_case()) {
    case Event::kAccepted: return accepted_line(event);
    case Event::kForwarded:
      return "forwarded " + event.alias() + " to " + event.forwarded().target() + ": " +
             reply_text(event.forwarded().reply());
    case Event::kRejected: return refusal_line("rejected  ", event, event.rejected());
    case Event::kDeferred: {
      const std::string line = refusal_line("deferred  ", event, event.deferred());
      const std::uint64_t sessions = event.deferred().sessions();
      return sessions == 0 ? line : line + ", " + std::to_string(sessions) + " sessions";
    }
    case Event::kDropped: return "dropped   " + event.alias() + " by " + event.dropped().rule();
    case Event::kBounced: return bounced_line(event);
    case Event::kInDoubt: return "in doubt  " + event.alias() + " to " + event.in_doubt().target();
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: break;
  }
  return std::string(schemas::kind_of(event));
}

}  // namespace waybill::tests
