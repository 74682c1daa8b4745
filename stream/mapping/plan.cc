#include "stream/mapping/plan.h"

#include <algorithm>
#include <memory>
#include <string>

namespace waybill::stream {
namespace {

struct PlacedStep {
  std::string path;
  Step step;
  StepWords words;
  bool own = false;  // in our own space
};

// An object of the format, or a member of one.
struct Branch {
  std::string name;
  std::vector<PlacedStep> steps;
  std::vector<std::unique_ptr<Branch>> members;
};

Branch& member_of(Branch& branch, std::string_view name) {
  const auto found = std::find_if(branch.members.begin(), branch.members.end(),
                                  [&](const auto& one) { return one->name == name; });
  if (found != branch.members.end()) return **found;
  branch.members.push_back(std::make_unique<Branch>());
  branch.members.back()->name = name;
  return *branch.members.back();
}

Branch& branch_at(Branch& root, std::string_view path) {
  Branch* at = &root;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    at = &member_of(*at, path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return *at;
}

void add_step(Plan& plan, Step step, StepWords words) {
  step.words = static_cast<std::uint16_t>(plan.words.size());
  plan.steps.push_back(step);
  plan.words.push_back(std::move(words));
}

void flatten(const Branch& branch, std::vector<std::string>& objects, Plan& out) {
  bool first = true;
  for (const PlacedStep& placed : branch.steps) {
    Step step = placed.step;
    StepWords words = placed.words;
    words.key = '"' + branch.name + "\":";
    words.objects = objects;
    step.depth = static_cast<std::uint8_t>(objects.size());
    step.same_path = !first;
    first = false;
    if (!out.words.empty()) {
      const auto& before = out.words.back().objects;
      const auto parting =
          std::mismatch(objects.begin(), objects.end(), before.begin(), before.end()).first;
      step.shared = static_cast<std::uint8_t>(parting - objects.begin());
    }
    add_step(out, step, std::move(words));
  }
  if (branch.members.empty()) return;
  if (!branch.name.empty()) objects.push_back('"' + branch.name + "\":{");
  for (const auto& member : branch.members) flatten(*member, objects, out);
  if (!branch.name.empty()) objects.pop_back();
}

Plan json_plan(const std::vector<PlacedStep>& placed) {
  Branch root;
  for (const PlacedStep& one : placed) branch_at(root, one.path).steps.push_back(one);
  Plan out;
  std::vector<std::string> objects;
  flatten(root, objects, out);
  return out;
}

Plan line_plan(const std::vector<PlacedStep>& placed) {
  Plan out;
  for (const PlacedStep& one : placed) {
    StepWords words = one.words;
    words.key = one.path + '=';
    if (!words.label.empty()) words.label = one.path + "Label=" + words.label;
    add_step(out, one.step, std::move(words));
  }
  return out;
}

// The places of one row.
void place_row(const FieldRow& row, Format format, FieldRule rule, std::vector<PlacedStep>& out) {
  const Places& places = places_of(row, format);
  const bool blank = rule != FieldRule::keep;
  const bool told = !blank || (row.choice == Choice::required && format == Format::ocsf);
  for (const Place& place : {places.first, places.second, places.third}) {
    if (!told || !is_somewhere(place)) continue;
    out.push_back({.path = path_of(row, place, format),
                   .step = {.field = row.field, .form = place.form, .blank = blank},
                   .words = {.label = std::string(place.label)},
                   .own = place.path.empty()});
  }
  if (rule == FieldRule::hash) {
    out.push_back({.path = path_of(row, kOwn, format, kHashSuffix),
                   .step = {.field = row.field},
                   .words = {},
                   .own = true});
  }
}

// Whether an event with that body may have the source: one path of it names the body, or none.
bool may_have(std::string_view source, std::string_view body) {
  for (std::size_t from = 0; from < source.size();) {
    const std::size_t end = std::min(source.find(' ', from), source.size());
    const std::string_view path = source.substr(from, end - from);
    const std::size_t dot = path.find('.');
    const std::string between = '|' + std::string(path.substr(0, dot)) + '|';
    if (dot == path.npos || between.find('|' + std::string(body) + '|') != between.npos) {
      return true;
    }
    from = end + 1;
  }
  return source.empty();
}

}  // namespace

Plan make_plan(Format format, const FieldPolicy& policy, schemas::Kind kind) {
  const std::string_view body = schemas::find_kind(static_cast<int>(kind))->word;
  std::vector<PlacedStep> placed;
  for (const FieldRow& row : field_rows()) {
    const std::string_view source = row.of ? row_of(*row.of).event : row.event;
    if (may_have(source, body)) place_row(row, format, policy.of(row.field), placed);
  }
  std::stable_partition(placed.begin(), placed.end(),
                        [](const PlacedStep& one) { return !one.own; });
  return is_json(format) ? json_plan(placed) : line_plan(placed);
}

}  // namespace waybill::stream
