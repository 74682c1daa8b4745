// Plan: the order in which a format's fields are written, made once of the table (fields.h) and of
// what the operator wants told. Values are written by it without a tree of them. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/kind.h"
#include "stream/mapping/facts.h"
#include "stream/mapping/field_policy.h"
#include "stream/mapping/fields.h"
#include "stream/mapping/text_buffer.h"

namespace waybill::stream {

// One field at one place.
struct Step {
  Field field{};
  Form form = Form::plain;
  bool blank = false;  // an empty text stands for the value, which the policy withholds
  // JSON: the step before has this path too.
  bool same_path = false;
  // JSON: how many objects it stands in, and in how many of them the step before does.
  std::uint8_t depth = 0;
  std::uint8_t shared = 0;
  std::uint16_t words = 0;  // its place in Plan::words
};

// What is written around a value.
struct StepWords {
  // JSON: "\"subject\":". CEF and LEEF: what stands before the value, "msg=".
  std::string key{};
  std::string label{};                 // CEF: "cs1Label=eventId"
  std::vector<std::string> objects{};  // JSON: "\"email\":{" of each, the outermost first
};

struct Plan {
  std::vector<Step> steps;  // small, for each is looked at for each record
  std::vector<StepWords> words;
};

// For events of that kind. `format` is none but waybill's. JSON: members of one object stand side
// by side. What the format has a name for comes first, our own space last.
Plan make_plan(Format format, const FieldPolicy& policy, schemas::Kind kind);

// Appends an object of what has a form at its place.
void write_json(TextBuffer& out, const Facts& facts, const Plan& plan);
// Appends the extension: "act=email-rejected src=192.0.2.25".
void write_cef(TextBuffer& out, const Facts& facts, const Plan& plan);
// Appends the attributes, parted by tabs.
void write_leef(TextBuffer& out, const Facts& facts, const Plan& plan);

}  // namespace waybill::stream
