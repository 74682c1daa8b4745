// Any event in every format: each record is what its format says, within its limit, and one line.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/check.h"
#include "schemas/strict_json.h"
#include "schemas/utf8.h"
#include "stream/mapping/mapping.h"
#include "tests/support/siem_lines.h"

using namespace waybill;          // NOLINT: a program of one function
using namespace waybill::stream;  // NOLINT

namespace {

constexpr std::size_t kMaxRecord = 2048;

const std::vector<Mapping>& mappings() {
  static const auto all = [] {
    std::vector<Mapping> out;
    const auto policy = FieldPolicy::make({{"sender", FieldRule::hash},
                                           {"actor", FieldRule::hash},
                                           {"alias", FieldRule::drop},
                                           {"client_ip", FieldRule::drop},
                                           {"subject_id", FieldRule::drop}},
                                          "0123456789abcdef");
    runtime::check(policy.has_value(), "the policy is one");
    for (const Format format : kFormats) {
      out.emplace_back(Mapping::Options{format, {}, kMaxRecord, "0.1.0"});
      out.emplace_back(Mapping::Options{format, {}, std::size_t{1} << 30, "0.1.0"});
      out.emplace_back(Mapping::Options{format, *policy, kMaxRecord, "0.1.0"});
    }
    return out;
  }();
  return all;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t octets = schemas::utf8_character(text);
    if (octets == 0) return false;
    text.remove_prefix(octets);
  }
  return true;
}

void hold_cef(std::string_view body) {
  const auto line = support::read_cef(body);
  runtime::check(line.has_value(), "a record of CEF is read");
  runtime::check(!line->repeated, "no key of CEF stands twice");
}

void hold_leef(std::string_view body) {
  const auto line = support::read_leef(body);
  runtime::check(line.has_value(), "a record of LEEF is read");
  runtime::check(!line->repeated, "no key of LEEF stands twice");
}

void hold_record(Format format, std::string_view body) {
  runtime::check(body.find_first_of("\n\r") == body.npos, "a record is one line");
  runtime::check(is_utf8(body), "a record is UTF-8");
  if (format == Format::cef) return hold_cef(body);
  if (format == Format::leef) return hold_leef(body);
  // Refuses members of one name too.
  const auto json = schemas::parse_strict_json(body);
  runtime::check(json.has_value() && json->is_object(), "a record of JSON is an object");
}

// Of protobuf, or of JSON, as the corpus has it.
bool read_event(std::string_view octets, schemas::Event& out) {
  if (!octets.starts_with('{')) {
    return out.ParseFromArray(octets.data(), static_cast<int>(octets.size()));
  }
  const auto event = schemas::event_from_json(octets);
  if (event) out = *event;
  return event.has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // As it came; and with octets in its texts that no parser of protobuf lets pass.
  schemas::Event event;
  if (!read_event(std::string_view(reinterpret_cast<const char*>(data), size), event)) return 0;
  schemas::Event broken = event;
  broken.set_alias(event.alias() + "\xff\x80=|\\\n\t");
  broken.mutable_accepted()->set_subject(event.client_ip() + "\xc3 act=x\r\n");
  for (const Mapping& mapping : mappings()) {
    for (const schemas::Event* one : {&event, &broken}) {
      if (mapping.format() == Format::waybill && one == &broken) continue;  // of valid events alone
      const auto record = mapping.map(*one);
      if (!record) continue;
      hold_record(mapping.format(), record->body);
    }
  }
  return 0;
}
