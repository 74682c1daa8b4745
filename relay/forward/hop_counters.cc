#include "relay/forward/hop_counters.h"

namespace waybill::relay::forward {
namespace {

std::string_view word_of(HopAnswer::Kind kind) {
  switch (kind) {
    case HopAnswer::Kind::accepted: return "accepted";
    case HopAnswer::Kind::refused: return "rejected";
    case HopAnswer::Kind::deferred: return "deferred";
    case HopAnswer::Kind::in_doubt: return "in_doubt";
  }
  return {};
}

}  // namespace

void HopCounters::count(std::string_view provider, const HopAnswer& answer) {
  const std::string_view rule = answer.rule ? policy::word_of(*answer.rule) : std::string_view();
  const Series series{provider.empty() ? "other" : provider, word_of(answer.kind), rule};
  const runtime::MutexLock lock(mutex_);
  runtime::Counter*& counter = counters_[series];
  if (counter == nullptr) {
    const auto& [name, kind, word] = series;
    counter = &metrics_.counter("waybill_next_hop_answers_total",
                                "How deliveries ended at next hops, by provider and rule",
                                {{"provider", name}, {"answer", kind}, {"rule", word}});
  }
  counter->add();
}

void HopCounters::count_domain(std::string_view domain, const HopAnswer& answer) {
  const runtime::MutexLock lock(mutex_);
  if (domains_.size() >= kMostDomains && !domains_.contains(domain)) domain = "other";
  auto [entry, is_new] = domains_.try_emplace(std::string(domain));
  if (is_new) entry->second.fill(nullptr);
  runtime::Counter*& counter = entry->second[static_cast<std::size_t>(answer.kind)];
  if (counter == nullptr) {
    counter = &metrics_.counter(
        "waybill_target_answers_total", "How deliveries ended, by the target's domain",
        {{"domain", entry->first}, {"answer", std::string(word_of(answer.kind))}});
  }
  counter->add();
}

}  // namespace waybill::relay::forward
