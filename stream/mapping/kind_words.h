// The words that each format has for an event as a whole: its class, what was done, how it ended,
// how much an operator should care. They follow from the kind and, for some kinds, from one field.
// Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "schemas/event.h"
#include "schemas/kind.h"
#include "stream/mapping/record.h"

namespace waybill::stream {

// How it ended.
struct Standing {
  std::uint8_t ocsf_status = 0;  // 0 Unknown, 1 Success, 2 Failure, 99 Other
  // The caption of that number; with 99 a word of ours.
  std::string_view ocsf_status_name = "Unknown";
  std::uint8_t ocsf_severity = 1;  // 1 Informational, 2 Low, 3 Medium
  std::string_view outcome;        // ECS event.outcome
  std::uint8_t severity = 1;       // CEF and LEEF, 1 to 10
  // CIM prescribes delivered, blocked, quarantined, deleted for mail; empty: none of them is true.
  std::string_view cim_action{};
  Severity level = Severity::informational;
};

// OCSF 1.8.0, profile security_control: what this relay itself did to the message.
struct OcsfControl {
  std::uint8_t action = 0;
  std::uint8_t disposition = 0;
};

struct KindWords {
  schemas::Kind kind;
  std::uint8_t ocsf_category;
  std::uint16_t ocsf_class;
  std::string_view log_name;      // OCSF metadata.log_name: the topic it comes from
  std::string_view dataset;       // ECS event.dataset
  std::string_view ecs_category;  // of token and key: "iam" (EventWords)
  std::string_view ecs_type;
  std::string_view ecs_action;  // of control: made of its fields
  std::string_view cef_name;
  Standing standing;
  // Where the verdict is our own; absent: the kind never is one.
  std::optional<OcsfControl> control{};
};

// One row a kind.
std::span<const KindWords> kind_words();

// nullptr: the kind is none that is known here.
const KindWords* find_kind_words(const schemas::Event& event);

// Of one event.
struct EventWords {
  const KindWords* kind = nullptr;
  Standing standing{};
  std::string_view ecs_category;
  std::string_view ecs_type;
  std::uint8_t ocsf_activity = 0;
  std::string_view ocsf_activity_name;
  std::optional<OcsfControl> control{};  // empty: the profile is not listed
  bool mail = false;                     // of a message, not of what people did
};

// `kind` is that of the event.
EventWords words_of(const schemas::Event& event, const KindWords& kind);

}  // namespace waybill::stream
