#include "query/story.h"

#include <algorithm>

#include "schemas/event.h"
#include "schemas/field_shape.h"
#include "schemas/ids.h"
#include "schemas/kind.h"

namespace waybill::query {

using projector::Delivery;
using runtime::WallTime;
using schemas::Event;
namespace pb = schemas::pb;

namespace {

void append(std::string& out, std::string_view joint, std::string_view part) {
  if (part.empty()) return;
  if (!out.empty()) out += joint;
  out += part;
}

std::string words_of(const pb::Reply& reply) {
  std::string out = reply.code() == 0 ? std::string() : std::to_string(reply.code());
  append(out, " ", reply.enhanced());
  append(out, " ", reply.text());
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

std::string said(const pb::NextHop& hop, const pb::Reply& reply) {
  std::string out = hop.mx_host();
  append(out, out.empty() ? "" : " said: ", words_of(reply));
  return out;
}

std::string forwarded_text(const pb::Forwarded& body) {
  std::string out = said(body.next_hop(), body.reply());
  append(out, "; logged in by ", body.next_hop().login());
  return out;
}

// Of a Rejected or a Deferred. Where the relay says what it saw, the host said nothing.
template <class Body>
std::string refusal_text(const Body& body) {
  if (body.by() == pb::VERDICT_BY_NEXT_HOP) return said(body.next_hop(), body.reply());
  std::string out = body.next_hop().mx_host();
  append(out, ": ", words_of(body.reply()));
  return out;
}

std::string word_of(pb::BounceClass report) {
  std::string word = schemas::word_of(*pb::BounceClass_descriptor(), report);
  return word.empty() ? "unknown" : word;
}

// The hand-over whose bounces are awaited; nullptr: there was none, or with a null sender.
const Event* awaiting(const Delivery& delivery) {
  const auto found =
      std::find_if(delivery.events.begin(), delivery.events.end(), [](const Event& event) {
        return event.has_forwarded() && event.reported_delivery_id().empty() &&
               event.forwarded().bounce_until() != 0;
      });
  return found == delivery.events.end() ? nullptr : &*found;
}

std::string accepted_text(const Event& event) {
  std::string out = "from " + (event.sender().empty() ? "<>" : event.sender());
  out += " for " + event.alias();
  append(out, "; ", event.accepted().originator_reason());
  if (event.accepted().require_tls()) append(out, "; ", "by TLS on the whole way (REQUIRETLS)");
  if (!event.accepted().rescue().empty()) append(out, "; ", "From names the alias (rescue)");
  return out;
}

std::string step_of(pb::BounceClass report) {
  if (report == pb::BOUNCE_CLASS_DELIVERED) return "delivered";
  if (report == pb::BOUNCE_CLASS_UNRECOGNISED) return "not_understood";
  return schemas::says_bounced(report) ? "bounced" : "reported";
}

StoryStep bounced_step(const Event& event) {
  const pb::Bounced& body = event.bounced();
  StoryStep step;
  step.step = step_of(body.class_());
  step.text = body.class_() == pb::BOUNCE_CLASS_UNRECOGNISED
                  ? "something came back, and it is not known what it says"
                  : word_of(body.class_());
  append(step.text, " ", body.status());
  append(step.text, ": ", body.diagnostic_code());
  append(step.text, ", reported by ", body.reporting_mta());
  switch (body.handling()) {
    case pb::HANDLING_HANDED_ON: append(step.text, "; handed on to ", body.handed_on_to()); break;
    case pb::HANDLING_HELD: append(step.text, "; held: ", body.handling_reason()); break;
    case pb::HANDLING_ABSORBED: append(step.text, "; absorbed: ", body.handling_reason()); break;
    case pb::HANDLING_REFUSED:
    case pb::HANDLING_UNSPECIFIED:
    case pb::Handling_INT_MIN_SENTINEL_DO_NOT_USE_:
    case pb::Handling_INT_MAX_SENTINEL_DO_NOT_USE_: break;
  }
  return step;
}

// Of an event of a report's own message: what became of handing it on. An empty step tells nothing
// that the others do not.
StoryStep home_step(const Event& event) {
  switch (event.body_case()) {
    case Event::kForwarded:
      return {{},
              "sent_home",
              event.forwarded().target() + ": " +
                  said(event.forwarded().next_hop(), event.forwarded().reply())};
    case Event::kRejected:
      if (event.rejected().stage() == pb::STAGE_RCPT) {
        return {{}, "refused_report", words_of(event.rejected().reply())};
      }
      return {{}, "home_refused", refusal_text(event.rejected())};
    case Event::kDeferred: return {{}, "home_deferred", refusal_text(event.deferred())};
    case Event::kInDoubt: return {{}, "home_in_doubt", event.in_doubt().known()};
    case Event::kAccepted:
    case Event::kDropped:
    case Event::kBounced:
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: break;
  }
  return {};
}

StoryStep step_of(const Event& event) {
  if (!event.reported_delivery_id().empty()) return home_step(event);
  switch (event.body_case()) {
    case Event::kAccepted: return {{}, "accepted", accepted_text(event)};
    case Event::kForwarded: return {{}, "forwarded", forwarded_text(event.forwarded())};
    case Event::kRejected: return {{}, "rejected", refusal_text(event.rejected())};
    case Event::kDeferred: return {{}, "deferred", refusal_text(event.deferred())};
    case Event::kDropped: return {{}, "dropped", "by the rule " + event.dropped().rule()};
    case Event::kInDoubt: return {{}, "in_doubt", event.in_doubt().known()};
    case Event::kBounced: return bounced_step(event);
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: break;
  }
  return {};
}

// Whether a stranger came with a message for the delivery's return path in its window: what it was,
// or how it ended, makes the silence no silence. What only asks for the address (RCPT) says
// nothing, and what we said of the delivery ourselves came from nobody.
bool something_came(const Delivery& delivery, WallTime until) {
  const auto came = [until](const Event& event) {
    if (schemas::wall_time(event.occurred_at()) > until) return false;
    if (event.has_bounced()) return event.bounced().report_size() > 0;
    if (event.reported_delivery_id().empty()) return false;
    if (event.has_accepted()) return event.accepted().size() > 0;
    if (event.has_rejected()) return event.rejected().stage() == pb::STAGE_BODY;
    return event.has_deferred() && event.deferred().stage() == pb::STAGE_BODY;
  };
  return std::any_of(delivery.events.begin(), delivery.events.end(), came);
}

}  // namespace

std::string state_at(const Delivery& delivery, WallTime complete_at) {
  const Event* const forwarded = awaiting(delivery);
  if (delivery.state != "forwarded" || forwarded == nullptr) return delivery.state;
  const WallTime until = schemas::wall_time(forwarded->forwarded().bounce_until());
  if (complete_at <= until) return delivery.state;
  return something_came(delivery, until) ? "unclear" : "settled";
}

std::vector<StoryStep> story_of(const Delivery& delivery, WallTime complete_at) {
  std::vector<StoryStep> out;
  const std::string state = state_at(delivery, complete_at);
  for (const Event& event : delivery.events) {
    StoryStep step = step_of(event);
    if (step.step.empty()) continue;
    step.time = schemas::wall_time(event.occurred_at());
    const bool waits = step.step == "forwarded" && event.forwarded().bounce_until() != 0;
    if (waits && state == "forwarded") {
      const WallTime until = schemas::wall_time(event.forwarded().bounce_until());
      step.text +=
          "; no word of delivery yet: bounces are awaited until " + schemas::rfc3339(until);
    }
    out.push_back(std::move(step));
  }
  if (state == "settled") {
    const WallTime until = schemas::wall_time(awaiting(delivery)->forwarded().bounce_until());
    out.push_back({until, "settled", "the window for bounces closed and nothing came back"});
  } else if (state == "unclear") {
    const WallTime until = schemas::wall_time(awaiting(delivery)->forwarded().bounce_until());
    out.push_back({until, "unclear",
                   "the window for bounces closed; what came back says of no end of the delivery"});
  }
  return out;
}

}  // namespace waybill::query
