#include "control/tokens.h"

#include <algorithm>
#include <tuple>

namespace waybill::control {

using schemas::Principal;

namespace {

Principal principal_of(const TokenState& state, std::shared_ptr<const std::atomic<bool>> over) {
  Principal out;
  out.kind = Principal::Kind::token;
  out.id = state.id;
  out.name = state.name;
  out.scopes = state.scopes;
  out.sight = state.sight;
  out.until = state.expires_at;
  out.over = std::move(over);
  return out;
}

}  // namespace

runtime::Explained<void> Tokens::take(const schemas::Event& event) {
  if (!event.has_control() || event.control().subject() != kTokenSubject) return {};
  auto state = token_from_json(event.control().after());
  if (state && state->id != event.control().subject_id()) {
    state = runtime::Failure{runtime::Errc::invalid, "the state is another token's"};
  }
  const runtime::MutexLock lock(mutex_);
  Known& known = known_[event.control().subject_id()];
  if (!state) {
    // What cannot be read may have been its end.
    if (known.over) known.over->store(true);
    known_.erase(event.control().subject_id());
    return runtime::Failure{runtime::Errc::invalid,
                            "token " + event.control().subject_id() + ": " + state.error().why};
  }
  if (known.state.version >= state->version) return {};
  if (!known.over) known.over = std::make_shared<std::atomic<bool>>(false);
  // What is read with a text that is no more ends too.
  const bool changed = known.state.version > 0 && known.state.digest != state->digest;
  if (changed) {
    known.over->store(true);
    known.over = std::make_shared<std::atomic<bool>>(false);
  }
  known.over->store(state->revoked_at.has_value());
  known.state = std::move(*state);
  known.principal = std::make_shared<const Principal>(principal_of(known.state, known.over));
  return {};
}

void Tokens::expire(runtime::WallTime now) {
  const runtime::MutexLock lock(mutex_);
  for (const auto& [id, known] : known_) {
    if (known.state.is_over(now)) known.over->store(true);
  }
}

std::vector<TokenState> Tokens::all() const {
  std::vector<TokenState> out;
  {
    const runtime::MutexLock lock(mutex_);
    for (const auto& [id, known] : known_) out.push_back(known.state);
  }
  std::sort(out.begin(), out.end(), [](const TokenState& a, const TokenState& b) {
    return std::tie(a.created_at, a.id) < std::tie(b.created_at, b.id);
  });
  return out;
}

std::optional<TokenState> Tokens::find(std::string_view id) const {
  const runtime::MutexLock lock(mutex_);
  const auto found = known_.find(id);
  if (found == known_.end()) return std::nullopt;
  return found->second.state;
}

std::shared_ptr<const Principal> Tokens::shown_by(std::string_view text,
                                                  runtime::WallTime now) const {
  const auto id = token_id_of(text);
  if (!id) return nullptr;
  const runtime::MutexLock lock(mutex_);
  const auto found = known_.find(*id);
  if (found == known_.end()) return nullptr;
  const TokenState& state = found->second.state;
  if (!is_shown_by(state, text, now) || state.is_over(now)) return nullptr;
  if (is_text_of(state, text)) return found->second.principal;
  // What is read by the text before ends with it.
  Principal earlier = *found->second.principal;
  earlier.until = std::min(earlier.until.value_or(state.earlier_until), state.earlier_until);
  return std::make_shared<const Principal>(std::move(earlier));
}

}  // namespace waybill::control
