#include "stream/mapping/escape.h"
#include "stream/mapping/forms.h"
#include "stream/mapping/plan.h"

namespace waybill::stream {
namespace {

const Value kBlank(Value::Type::text, std::string_view());

const Value& value_of(const Facts& facts, const Step& step) {
  return step.blank ? kBlank : facts[step.field];
}

// Most have no form but their own, which texts and ids always have.
bool has_form(const Value& value, Form form) {
  const bool plain_text = value.type() == Value::Type::text || value.type() == Value::Type::uuid;
  return (form == Form::plain && plain_text) || fits(value, form);
}

bool is_told(const Facts& facts, const Step& step) {
  return facts.has(step.field) && has_form(value_of(facts, step), step.form);
}

// Formats of lines have no way to say that a text is empty.
bool is_told_in_line(const Facts& facts, const Step& step) {
  if (!is_told(facts, step)) return false;
  const Value& value = value_of(facts, step);
  if (value.type() == Value::Type::text) return !value.text().empty();
  return value.type() != Value::Type::list || value.begin() < value.end();
}

// The list that was written last has this member too. What is no list is told once.
void join_list(TextBuffer& out, const Facts& facts, const Step& step) {
  if (out.back() != ']') return;
  out.back() = ',';
  append_json_text(out, facts[step.field].text());
  out.add(']');
}

void write_line(TextBuffer& out, const Facts& facts, const Plan& plan, char between,
                AppendText append) {
  bool first = true;
  for (const Step& step : plan.steps) {
    if (!is_told_in_line(facts, step)) continue;
    const StepWords& words = plan.words[step.words];
    if (!first) out.add(between);
    first = false;
    out.add(words.key);
    append_line_value(out, facts, value_of(facts, step), step.form, append);
    if (!words.label.empty()) {
      out.add(between);
      out.add(words.label);
    }
  }
}

}  // namespace

void write_json(TextBuffer& out, const Facts& facts, const Plan& plan) {
  out.add('{');
  std::size_t open = 0;    // objects
  std::size_t common = 0;  // of those that are open, in how many the next step stands too
  bool path_begun = false;
  for (const Step& step : plan.steps) {
    common = std::min<std::size_t>(common, step.shared);
    if (!step.same_path) path_begun = false;
    if (!is_told(facts, step)) continue;
    if (path_begun) {
      join_list(out, facts, step);
      continue;
    }
    const StepWords& words = plan.words[step.words];
    for (; open > common; --open) out.add('}');
    if (out.back() != '{') out.add(',');
    for (; open < step.depth; ++open) out.add(words.objects[open]);
    common = open;
    out.add(words.key);
    append_json_value(out, facts, value_of(facts, step), step.form);
    path_begun = true;
  }
  for (; open > 0; --open) out.add('}');
  out.add('}');
}

void write_cef(TextBuffer& out, const Facts& facts, const Plan& plan) {
  write_line(out, facts, plan, ' ', &append_cef_value);
}

void write_leef(TextBuffer& out, const Facts& facts, const Plan& plan) {
  write_line(out, facts, plan, '\t', &append_leef_value);
}

}  // namespace waybill::stream
