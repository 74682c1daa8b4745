#include "app/cluster/ends_chain.h"

#include <algorithm>
#include <exception>

#include "runtime/log.h"

namespace waybill::app {

using ingest::NodeState;
using query::feed::Share;
using query::feed::SharePlace;
using runtime::Errc;
using runtime::HttpAnswer;
using runtime::HttpStep;
using runtime::Instant;
using runtime::Result;

EndsChain::EndsChain(Round& round, std::vector<NodeState> owners,
                     std::vector<std::uint32_t> partitions)
    : round_(round), owners_(std::move(owners)), partitions_(std::move(partitions)) {}

bool EndsChain::holds_the_round() const { return asking_ && (!found_ || asked_ < round_.until); }

bool EndsChain::others_hold_the_round() const {
  return std::any_of(round_.chains.begin(), round_.chains.end(), [this](const EndsChain* other) {
    return other != this && other->holds_the_round();
  });
}

// Where all that it has is known, it waits for news.
std::string EndsChain::target(const NodeState& owner, std::chrono::milliseconds wait) const {
  std::vector<SharePlace> known;
  for (const std::uint32_t partition : partitions_) {
    const auto found = round_.known.find(partition);
    if (found == round_.known.end() || found->second.owner != owner.node()) continue;
    if (!round_.ends.state(partition).in_reach) continue;
    known.push_back({partition, found->second.end});
  }
  std::string out(query::feed::kEndsRoute);
  out += "?wait=" + std::to_string(wait.count());
  if (!known.empty()) out += "&known=" + query::feed::write_places(known);
  return out;
}

std::optional<HttpStep> EndsChain::next(Instant deadline) {
  const Instant now = round_.clock.now();
  if (round_.stopping() || now >= deadline) return std::nullopt;
  const bool over = now >= round_.until;
  if (over && found_ && !others_hold_the_round()) return std::nullopt;
  for (; at_ < owners_.size(); ++at_) {
    const NodeState& owner = owners_[at_];
    if (!round_.silent.admit(owner.node())) continue;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(round_.until - now);
    const auto wait = over ? kShortWait : std::clamp(left, kShortWait, kWait);
    asking_ = true;
    asked_ = now;
    return HttpStep{round_.request(owner, target(owner, wait), partitions_),
                    runtime::sooner(now + wait + round_.patience, deadline)};
  }
  for (const std::uint32_t partition : partitions_) round_.ends.lost(partition);
  return std::nullopt;
}

// False: it is no answer to the question.
bool EndsChain::learn(const NodeState& owner, const HttpAnswer& answer) {
  if (answer.status != 200) return false;
  const auto shares = query::feed::read_ends(answer.body, partitions_);
  if (!shares || shares->empty()) return false;
  for (const std::uint32_t partition : partitions_) {
    const auto share = std::find_if(shares->begin(), shares->end(),
                                    [&](const Share& one) { return one.partition == partition; });
    if (share == shares->end()) {
      round_.ends.lost(partition);
      continue;
    }
    round_.known[partition] = {owner.node(), share->end};
    round_.ends.learned(partition, share->end, share->lag, owner.node());
  }
  return true;
}

void EndsChain::take(Result<HttpAnswer> answer) {
  const NodeState& owner = owners_[at_];
  asking_ = false;
  const bool there =
      answer || answer.error() == Errc::limit_exceeded || answer.error() == Errc::invalid;
  if (there) {
    round_.silent.answered(owner.node());
  } else {
    round_.silent.unanswered(owner.node(), asked_);
  }
  bool learned = false;
  // What another server sends must not end this one, whatever is in it.
  try {
    learned = answer && learn(owner, *answer);
  } catch (const std::exception& wrong) {
    runtime::log(runtime::Level::error, "app", "an owner's answer could not be read",
                 {{"node", owner.node()}, {"why", wrong.what()}});
  }
  found_ = learned;
  if (!learned) ++at_;
}

}  // namespace waybill::app
