#include "query/feed/filter.h"

#include <algorithm>

#include "projector/views/destination.h"
#include "runtime/ascii.h"
#include "schemas/field_shape.h"

namespace waybill::query::feed {
namespace {

namespace pb = schemas::pb;

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "bob@example.net:2525" is bob@example.net too.
bool is_of(std::string_view text, std::string_view address) {
  if (text.size() < address.size()) return false;
  if (!runtime::ascii::equal(text.substr(0, address.size()), address)) return false;
  return text.size() == address.size() || text[address.size()] == ':';
}

bool names(const schemas::Event& event, std::string_view address) {
  if (is_of(event.alias(), address)) return true;
  if (event.has_sender() && is_of(event.sender(), address)) return true;
  if (is_of(projector::target_of(event), address)) return true;
  const auto& targets = event.accepted().targets();
  return std::any_of(targets.begin(), targets.end(),
                     [&](const pb::ChosenTarget& one) { return is_of(one.target(), address); });
}

bool any_took_part(const schemas::Event& event, const std::vector<Part>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](const Part& one) {
    return projector::took_part(event, one.role, one.address);
  });
}

bool is_in(std::string_view alias, std::string_view domain) {
  const std::size_t at = alias.rfind('@');
  return at != alias.npos && runtime::ascii::equal(alias.substr(at + 1), domain);
}

bool speaks_of_mail(const schemas::Event& event) {
  return !event.has_access() && !event.has_control();
}

}  // namespace

bool is_of_feed(const schemas::Event& event) {
  return event.has_access() && event.access().route() == kFeedRoute;
}

bool Filter::wants(const schemas::Event& event) const {
  if (!sight.sees(event)) return false;
  if (kinds.empty() && !speaks_of_mail(event)) return false;
  if (!kinds.empty() && !has(kinds, schemas::kind_of(event))) return false;
  if (!domain.empty() && !is_in(event.alias(), domain)) return false;
  if (!address.empty() && !names(event, address)) return false;
  if (!parts.empty() && !any_took_part(event, parts)) return false;
  if (!(wanted == projector::EventsWanted{}) && !projector::EventsAsked(wanted).are(event)) {
    return false;
  }
  if (classes.empty()) return true;
  return event.has_bounced() &&
         has(classes, schemas::word_of(*pb::BounceClass_descriptor(), event.bounced().class_()));
}

std::optional<schemas::Scope> scope_missing(const std::vector<std::string>& kinds,
                                            schemas::Scopes scopes) {
  for (const schemas::Scope one : {schemas::Scope::access, schemas::Scope::control}) {
    if (has(kinds, schemas::word_of(one)) && !scopes.has(one)) return one;
  }
  return std::nullopt;
}

const std::vector<std::string>& bounce_classes() {
  static const auto words = [] {
    std::vector<std::string> out;
    const auto& all = *pb::BounceClass_descriptor();
    for (int i = 0; i < all.value_count(); ++i) {
      if (auto word = schemas::word_of(all, all.value(i)->number()); !word.empty()) {
        out.push_back(std::move(word));
      }
    }
    return out;
  }();
  return words;
}

}  // namespace waybill::query::feed
