#include "stream/mapping/field_policy.h"

#include <algorithm>

#include "runtime/crypto.h"
#include "runtime/hex.h"
#include "schemas/event_field.h"

namespace waybill::stream {
namespace {

runtime::Failure refused(const std::string& name, std::string_view why) {
  return {runtime::Errc::invalid, "field " + name + std::string(why)};
}

// Each path of the row's source is one of texts.
bool is_text_row(const FieldRow& row) {
  std::string_view rest = row.event;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (!schemas::EventField(rest.substr(0, end)).is_text()) return false;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return true;
}

}  // namespace

runtime::Explained<FieldPolicy> FieldPolicy::make(const Rules& rules, std::string key) {
  FieldPolicy out;
  out.key_ = std::move(key);
  std::array<bool, kFieldCount> named{};
  for (const auto& [name, rule] : rules) {
    const FieldRow* const row = find_row(name);
    if (row == nullptr || row->event.empty()) return refused(name, ": there is none of that name");
    if (rule != FieldRule::keep && row->choice == Choice::fixed) {
      return refused(name, " names the event, and is never left out");
    }
    if (rule == FieldRule::hash && !is_text_row(*row))
      return refused(name, ": only texts are hashed");
    if (rule == FieldRule::hash && out.key_.size() < kMinKey) {
      return refused(name,
                     ": a hash needs a key of " + std::to_string(kMinKey) + " octets or more");
    }
    const auto place = static_cast<std::size_t>(row->field);
    if (named[place]) return refused(name, " has two rules");
    named[place] = true;
    out.rules_[place] = rule;
  }
  return out;
}

FieldRule FieldPolicy::of(Field field) const {
  const FieldRow& row = row_of(field);
  if (!row.of) return rules_[static_cast<std::size_t>(field)];
  return rules_[static_cast<std::size_t>(*row.of)] == FieldRule::keep ? FieldRule::keep
                                                                      : FieldRule::drop;
}

bool FieldPolicy::keeps_all() const {
  return std::all_of(rules_.begin(), rules_.end(),
                     [](FieldRule rule) { return rule == FieldRule::keep; });
}

std::string FieldPolicy::hash(std::string_view value) const {
  return runtime::hex(runtime::hmac_sha256(key_, value));
}

}  // namespace waybill::stream
