#include "tests/sim/transactions.h"

#include <algorithm>

namespace waybill::tests {

using runtime::WallTime;
using schemas::Event;
namespace pb = schemas::pb;

bool is_outcome(const Event& event) {
  if (event.has_rejected()) return event.rejected().stage() == pb::STAGE_BODY;
  if (event.has_deferred()) return event.deferred().stage() == pb::STAGE_BODY;
  return event.has_forwarded() || event.has_dropped() || event.has_in_doubt();
}

std::string mailbox_of(const std::string& target) {
  const std::string literal = target.substr(0, target.rfind(']') + 1);
  return literal.empty() ? target : literal;
}

WallTime end_of_try(const SentMessage& sent, std::size_t number) {
  return number + 1 < sent.tries.size() ? sent.tries[number + 1].began : WallTime::max();
}

std::vector<const Event*> Transaction::outcomes_of(std::string_view alias) const {
  std::vector<const Event*> out;
  for (const auto& [delivery, outcome] : outcomes) {
    if (alias.empty() || outcome->alias() == alias) out.push_back(outcome);
  }
  return out;
}

const Event* Transaction::outcome_at(const std::string& mailbox) const {
  for (const auto& [delivery, outcome] : outcomes) {
    const auto found = mailboxes.find(delivery);
    if (found != mailboxes.end() && found->second == mailbox) return outcome;
  }
  return nullptr;
}

bool Transaction::open() const {
  return std::any_of(outcomes.begin(), outcomes.end(), [](const auto& outcome) {
    return outcome.second->has_deferred() || outcome.second->has_in_doubt();
  });
}

Transactions::Transactions(const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (event.has_accepted()) {
      Transaction& one = all_[event.message_id()];
      if (one.accepted.empty()) {
        by_message_[event.accepted().rfc5322_message_id()].push_back(&one);
        if (!event.reported_delivery_id().empty()) {
          notices_[event.reported_delivery_id()].push_back(&one);
        }
        one.accepted_at = schemas::wall_time(event.occurred_at());
      }
      one.accepted.push_back(&event);
      for (const auto& target : event.accepted().targets()) {
        one.mailboxes[target.delivery_id()] = mailbox_of(target.target());
      }
    } else if (is_outcome(event) && !event.delivery_id().empty()) {
      all_[event.message_id()].outcomes[event.delivery_id()] = &event;
    }
  }
}

const Transaction* Transactions::find(const std::string& id) const {
  const auto found = all_.find(id);
  return found == all_.end() ? nullptr : &found->second;
}

const Transaction* Transactions::of_try(const SentMessage& sent, std::size_t number) const {
  const auto found = by_message_.find(sent.message_id);
  if (found == by_message_.end()) return nullptr;
  for (const Transaction* one : found->second) {
    const bool inside =
        one->accepted_at >= sent.tries[number].began && one->accepted_at < end_of_try(sent, number);
    if (inside) return one;
  }
  return nullptr;
}

bool Transactions::is_told(const Event& outcome) const {
  const auto found = notices_.find(outcome.delivery_id());
  if (found == notices_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [](const Transaction* notice) {
    const auto outcomes = notice->outcomes_of();
    return std::any_of(outcomes.begin(), outcomes.end(),
                       [](const Event* end) { return end->has_forwarded(); });
  });
}

}  // namespace waybill::tests
