// Kind: what an event says, by its body. One row a kind holds every fact of it that is data; other
// code looks them up and lists no kinds of its own.
//
// Where a kind asks for code (what a line of history shows, which state a delivery comes to), that
// code is a switch over body_case() or Kind that names every kind and has no `default`, so that the
// compiler names each place that a new kind was forgotten in. CONTRIBUTING.md says which they are.
// Pure, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "schemas/event.h"
#include "schemas/partition.h"

namespace waybill::schemas {

// As a number: that of the body's field in event.proto.
enum class Kind : std::uint8_t {
  accepted = Event::kAccepted,
  forwarded = Event::kForwarded,
  rejected = Event::kRejected,
  deferred = Event::kDeferred,
  dropped = Event::kDropped,
  bounced = Event::kBounced,
  in_doubt = Event::kInDoubt,
  control = Event::kControl,
  access = Event::kAccess,
};

// Whether an event of the kind ends the acceptance of the delivery that its envelope names (I3).
// Before the body nothing was accepted that could be ended.
enum class EndsAcceptance : std::uint8_t { never, always, at_stage_body };

struct KindTraits {
  Kind kind;
  std::string_view word;     // in JSON, questions and metrics: the name of the body's field
  std::string_view ce_type;  // CloudEvents 1.0.2 3.1, in the log
  std::string_view topic;    // where such events go
  EndsAcceptance ends_acceptance = EndsAcceptance::never;
  // The event stands in the history of the delivery that it names.
  bool speaks_of_delivery = false;
  // Of a report's own message: nothing is left of the report to be handed on.
  bool ends_report = false;
};

// In the order in which lists of kinds are shown.
inline constexpr auto kKinds = std::to_array<KindTraits>({
    {.kind = Kind::accepted,
     .word = "accepted",
     .ce_type = "waybill.delivery.accepted",
     .topic = kDeliveriesTopic,
     .speaks_of_delivery = true},
    {.kind = Kind::forwarded,
     .word = "forwarded",
     .ce_type = "waybill.delivery.forwarded",
     .topic = kDeliveriesTopic,
     .ends_acceptance = EndsAcceptance::always,
     .speaks_of_delivery = true,
     .ends_report = true},
    {.kind = Kind::rejected,
     .word = "rejected",
     .ce_type = "waybill.delivery.rejected",
     .topic = kDeliveriesTopic,
     .ends_acceptance = EndsAcceptance::at_stage_body,
     .speaks_of_delivery = true,
     .ends_report = true},
    {.kind = Kind::deferred,
     .word = "deferred",
     .ce_type = "waybill.delivery.deferred",
     .topic = kDeliveriesTopic,
     .ends_acceptance = EndsAcceptance::at_stage_body,
     .speaks_of_delivery = true},
    {.kind = Kind::dropped,
     .word = "dropped",
     .ce_type = "waybill.delivery.dropped",
     .topic = kDeliveriesTopic,
     .ends_acceptance = EndsAcceptance::always,
     .speaks_of_delivery = true,
     .ends_report = true},
    {.kind = Kind::bounced,
     .word = "bounced",
     .ce_type = "waybill.delivery.bounced",
     .topic = kDeliveriesTopic,
     .speaks_of_delivery = true},
    {.kind = Kind::in_doubt,
     .word = "in_doubt",
     .ce_type = "waybill.delivery.in_doubt",
     .topic = kDeliveriesTopic,
     .ends_acceptance = EndsAcceptance::always,
     .speaks_of_delivery = true},
    {.kind = Kind::control,
     .word = "control",
     .ce_type = "waybill.control.changed",
     .topic = kControlTopic},
    {.kind = Kind::access,
     .word = "access",
     .ce_type = "waybill.access.recorded",
     .topic = kAccessTopic},
});

// The row of a body's number in event.proto; nullptr: no body that is known here, and no body.
const KindTraits* find_kind(int body);
// The row of a word; nullptr: no kind is called so.
const KindTraits* find_kind(std::string_view word);

// Its place in kKinds, for what is counted by kind.
inline std::size_t place_of(const KindTraits& kind) {
  return static_cast<std::size_t>(&kind - kKinds.data());
}

// "unknown" is the word of a body from a newer writer (event.h, kind_of()).
inline constexpr std::string_view kUnknownKind = "unknown";

// Whether the event ends the acceptance of the delivery that its envelope names.
bool ends_acceptance(const Event& event);

// Whether the report says that the message did not arrive. What is not understood says nothing.
bool says_bounced(pb::BounceClass report);

}  // namespace waybill::schemas
