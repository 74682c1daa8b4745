// Format: the words in which events are told to a SIEM. Pure, any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waybill::stream {

enum class Format : std::uint8_t {
  waybill,  // our own JSON of the event, as the API has it (schemas/event_text.h)
  ocsf,     // Open Cybersecurity Schema Framework, kOcsfVersion, JSON
  ecs,      // Elastic Common Schema, kEcsVersion, JSON
  cef,      // ArcSight Common Event Format, version 0
  leef,     // IBM Log Event Extended Format 2.0, its attributes parted by tabs
  cim,      // the names of Splunk's Common Information Model, flat JSON
};

inline constexpr std::array kFormats{Format::waybill, Format::ocsf, Format::ecs,
                                     Format::cef,     Format::leef, Format::cim};
inline constexpr std::string_view kOcsfVersion = "1.8.0";
inline constexpr std::string_view kEcsVersion = "9.4.0";

// "ocsf", as in a configuration.
std::string_view word(Format format);
// nullptr: no format is called so.
const Format* find_format(std::string_view word);

// A record is one JSON object.
bool is_json(Format format);

}  // namespace waybill::stream
