#include "projector/views/events_asked.h"

#include <algorithm>

namespace waybill::projector {
namespace {

// `prefix` as EventTerms gives it.
bool is_of(const TermAsked& asked, std::string_view prefix) {
  if (prefix.front() != static_cast<char>(asked.of)) return false;
  const std::string_view text = prefix.substr(1, prefix.size() - 2);
  if (asked.network) {
    const auto ip = runtime::ip_of(std::string(text));
    return ip && asked.network->holds(runtime::unmapped(*ip));
  }
  if (!asked.beginning) return text == asked.text;
  if (!text.starts_with(asked.text)) return false;
  if (asked.at_domain.empty()) return true;
  const std::size_t at = text.rfind('@');
  return at != text.npos && at >= asked.text.size() && text.substr(at + 1) == asked.at_domain;
}

bool has_one(const std::vector<std::string>& words, const std::vector<Phrase>& phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](const Phrase& phrase) {
    return std::search(words.begin(), words.end(), phrase.begin(), phrase.end()) != words.end();
  });
}

}  // namespace

bool leads(const EventCondition& condition) {
  return !condition.is_not &&
         std::all_of(condition.any_of.begin(), condition.any_of.end(), [](const TermAsked& asked) {
           return is_in_stretches(asked.of) && !asked.beginning && !asked.network;
         });
}

bool EventsAsked::are(const schemas::Event& event) {
  const auto time = schemas::wall_time(event.occurred_at());
  if (wanted_.from && time < *wanted_.from) return false;
  if (wanted_.to && time >= *wanted_.to) return false;
  terms_.read(event);
  if (terms_.empty()) return false;
  const std::vector<EventCondition>& all_of = wanted_.all_of;
  found_.assign(all_of.size(), false);
  terms_.for_each([&](std::string_view prefix) {
    for (std::size_t i = 0; i < all_of.size(); ++i) {
      const auto& any_of = all_of[i].any_of;
      if (!found_[i]) {
        found_[i] = std::any_of(any_of.begin(), any_of.end(),
                                [&](const TermAsked& asked) { return is_of(asked, prefix); });
      }
    }
  });
  for (std::size_t i = 0; i < all_of.size(); ++i) {
    if (found_[i] == all_of[i].is_not) return false;
  }
  if (wanted_.phrases.empty()) return true;
  const auto words = words_of_subject(event.accepted().subject());
  return std::all_of(wanted_.phrases.begin(), wanted_.phrases.end(),
                     [&](const auto& phrases) { return has_one(words, phrases); });
}

}  // namespace waybill::projector
