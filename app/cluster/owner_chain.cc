#include "app/cluster/owner_chain.h"

#include <algorithm>
#include <exception>

#include "runtime/log.h"

namespace waybill::app {

using runtime::Errc;
using runtime::HttpAnswer;
using runtime::HttpStep;
using runtime::Instant;
using runtime::Result;

namespace {

std::vector<OwnerChain::Owner> silent_last(std::vector<OwnerChain::Owner> owners,
                                           const SilentNodes& silent) {
  std::stable_partition(owners.begin(), owners.end(),
                        [&](const auto& owner) { return !silent.silent(owner.node()); });
  return owners;
}

// What it said is too much, or nothing that we understand: it is there, all the same.
bool is_silence(const runtime::Error& error) {
  return error != Errc::limit_exceeded && error != Errc::invalid;
}

}  // namespace

OwnerChain::OwnerChain(SilentNodes& silent, const runtime::Clock& clock, std::vector<Owner> owners,
                       Request request, Take take)
    : silent_(silent),
      clock_(clock),
      owners_(silent_last(std::move(owners), silent)),
      request_(std::move(request)),
      take_(std::move(take)) {}

std::optional<HttpStep> OwnerChain::next(Instant deadline) {
  asked_ = clock_.now();
  while (!done_ && at_ < owners_.size() && asked_ < deadline) {
    const Owner& owner = owners_[at_++];
    if (!silent_.admit(owner.node())) continue;
    const auto left = static_cast<int>(owners_.size() - at_);
    Instant until = deadline;
    if (left > 0)
      until = asked_ + std::min<runtime::Duration>((deadline - asked_) / (left + 1), kPatience);
    return HttpStep{request_(owner, until), until};
  }
  return std::nullopt;
}

void OwnerChain::take(Result<HttpAnswer> answer) {
  const Owner& owner = owners_[at_ - 1];
  if (answer || !is_silence(answer.error())) {
    silent_.answered(owner.node());
  } else {
    silent_.unanswered(owner.node(), asked_);
  }
  // What another server sends must not end this one, whatever is in it.
  try {
    done_ = take_(owner, answer);
  } catch (const std::exception& wrong) {
    runtime::log(runtime::Level::error, "app", "an owner's answer could not be read",
                 {{"node", owner.node()}, {"why", wrong.what()}});
  }
}

}  // namespace waybill::app
