#include "stream/mapping/mapping.h"

#include <algorithm>
#include <array>

#include "schemas/event_field.h"
#include "schemas/event_text.h"
#include "schemas/ids.h"
#include "stream/mapping/escape.h"
#include "stream/mapping/forms.h"
#include "stream/mapping/kind_words.h"

namespace waybill::stream {
namespace {

using schemas::Event;
using schemas::EventField;

// Most records are shorter; a longer one makes its text grow.
constexpr std::size_t kUsualRecord = 2048;  // octets

runtime::Failure too_large(std::size_t octets, std::size_t most) {
  return {runtime::Errc::limit_exceeded, "it takes " + std::to_string(octets) +
                                             " octets without all that may be left out, and " +
                                             std::to_string(most) + " are allowed"};
}

// The sources of each row, by its place; made once.
const std::vector<EventField>& sources_of(Field field) {
  static const auto all = [] {
    std::array<std::vector<EventField>, kFieldCount> out;
    for (const FieldRow& row : field_rows()) {
      std::string_view rest = row.event;
      while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        out[static_cast<std::size_t>(row.field)].emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    return out;
  }();
  return all[static_cast<std::size_t>(field)];
}

void clear_field(Event& event, Field field) {
  for (const EventField& source : sources_of(field)) source.clear(event);
}

void append_cef_head(TextBuffer& out, const EventWords& words, std::string_view kind,
                     std::string_view version) {
  out.add("CEF:0|Waybill|Waybill|");
  append_cef_header(out, version);
  out.add('|');
  out.add(kind);
  out.add('|');
  out.add(words.kind->cef_name);
  out.add('|');
  out.add(std::to_string(words.standing.severity));
  out.add('|');
}

void append_leef_head(TextBuffer& out, std::string_view kind, std::string_view version) {
  out.add("LEEF:2.0|Waybill|Waybill|");
  append_leef_header(out, version);
  out.add('|');
  out.add(kind);
  out.add("|x09|");
}

std::vector<Plan> plans_of(const Mapping::Options& options) {
  std::vector<Plan> out;
  if (options.format == Format::waybill) return out;
  for (const schemas::KindTraits& kind : schemas::kKinds) {
    out.push_back(make_plan(options.format, options.policy, kind.kind));
  }
  return out;
}

// Fields whose values have a most at each place that they have.
std::vector<std::pair<Field, std::size_t>> limits_of_cef() {
  std::vector<std::pair<Field, std::size_t>> out;
  for (const FieldRow& row : field_rows()) {
    if (row.cef.first.most > 0) out.emplace_back(row.field, row.cef.first.most);
  }
  return out;
}

std::string id_text(std::string_view octets) {
  return octets.size() == schemas::kUuidOctets ? schemas::uuid_text(octets) : std::string();
}

}  // namespace

Mapping::Mapping(Options options) : options_(std::move(options)), plans_(plans_of(options_)) {
  for (const FieldRow& row : field_rows()) {
    const FieldRule rule = options_.policy.of(row.field);
    if (rule == FieldRule::drop) dropped_.push_back(row.field);
    if (rule == FieldRule::hash) hashed_.push_back(row.field);
  }
  if (options_.format == Format::cef) limited_ = limits_of_cef();
}

runtime::Explained<Record> Mapping::map(const Event& event) const {
  const KindWords* const kind = find_kind_words(event);
  if (kind == nullptr) {
    return runtime::Failure{runtime::Errc::invalid, "its kind is not known to this release"};
  }
  const EventWords words = words_of(event, *kind);
  auto body = options_.format == Format::waybill ? own_json(event) : rendered(event, words);
  if (!body) return body.error();
  Record out;
  out.id = id_text(event.event_id());
  out.kind = schemas::kind_of(event);
  out.time = schemas::wall_time(event.occurred_at());
  out.severity = words.standing.level;
  out.body = std::move(*body);
  return out;
}

// What is dropped has no steps, but for those that stay blank.
void Mapping::apply_policy(Facts& facts) const {
  for (const Field field : hashed_) {
    if (!facts.has(field)) continue;
    facts.rewrite(field, [&](std::string_view text) { return options_.policy.hash(text); });
  }
}

// OCSF has no endpoint without an address or a name, and no question without an endpoint.
void Mapping::settle_endpoints(Facts& facts) const {
  if (options_.format != Format::ocsf) return;
  const auto told = [&](Field field, Form form) {
    return options_.policy.of(field) == FieldRule::keep && facts.has(field) &&
           fits(facts[field], form);
  };
  if (!told(Field::client_ip, Form::ip) && !told(Field::helo, Form::plain)) {
    facts.drop(Field::client_port);
    if (facts.has(Field::api_service)) facts.set_text(Field::source_name, "unknown");
  }
  if (!told(Field::next_hop_ip, Form::ip) && !told(Field::next_hop_host, Form::plain)) {
    facts.drop(Field::next_hop_port);
  }
}

void Mapping::drop_overlong(Facts& facts) const {
  for (const auto& [field, most] : limited_) {
    if (!facts.has(field)) continue;
    const Value& value = facts[field];
    if (value.type() != Value::Type::text || value.text().size() <= most) continue;
    facts.drop(field);
    facts.set_number(Field::truncated, 1);
  }
}

void Mapping::write(TextBuffer& out, const Facts& facts, const EventWords& words) const {
  const schemas::KindTraits& kind = *schemas::find_kind(static_cast<int>(words.kind->kind));
  const Plan& plan = plans_[schemas::place_of(kind)];
  if (options_.format == Format::cef) {
    append_cef_head(out, words, kind.word, options_.version);
    write_cef(out, facts, plan);
  } else if (options_.format == Format::leef) {
    append_leef_head(out, kind.word, options_.version);
    write_leef(out, facts, plan);
  } else {
    write_json(out, facts, plan);
  }
}

runtime::Explained<std::string> Mapping::rendered(const Event& event,
                                                  const EventWords& words) const {
  Facts facts(event, words, options_.version);
  apply_policy(facts);
  drop_overlong(facts);
  settle_endpoints(facts);
  TextBuffer out;
  write(out, facts, words);
  for (const Field field : cut_order()) {
    if (out.size() <= options_.max_record) return std::string(out.text());
    if (!facts.has(field)) continue;
    facts.drop(field);
    facts.set_number(Field::truncated, 1);
    settle_endpoints(facts);
    out.clear();
    write(out, facts, words);
  }
  if (out.size() <= options_.max_record) return std::string(out.text());
  return too_large(out.size(), options_.max_record);
}

runtime::Explained<std::string> Mapping::own_json(const Event& event) const {
  std::string out;
  out.reserve(kUsualRecord);
  if (options_.policy.keeps_all()) {
    schemas::append_json(out, event);
    if (out.size() <= options_.max_record) return out;
  }
  Event told = event;
  for (const Field field : dropped_) clear_field(told, field);
  for (const Field field : hashed_) {
    for (const EventField& source : sources_of(field)) {
      source.rewrite(told, [&](std::string_view text) {
        return std::string(kHashPrefix) + options_.policy.hash(text);
      });
    }
  }
  out.clear();
  schemas::append_json(out, told);
  constexpr std::string_view kMark = R"(,"truncated":1)";
  for (const Field field : cut_order()) {
    if (out.size() <= options_.max_record) return out;
    clear_field(told, field);
    out.clear();
    schemas::append_json(out, told);
    out.insert(out.size() - 1, kMark);
  }
  if (out.size() <= options_.max_record) return out;
  return too_large(out.size(), options_.max_record);
}

}  // namespace waybill::stream
