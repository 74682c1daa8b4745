#include "relay/forward/hop_pool.h"

#include "relay/policy/limits.h"
#include "runtime/clock.h"

namespace waybill::relay::forward {

using runtime::Instant;
using runtime::Task;

namespace {

Task<void> say_quit(std::unique_ptr<HopSession> session, Instant deadline) {
  co_await session->quit(deadline);
}

}  // namespace

std::unique_ptr<HopSession> HopPool::take(const runtime::Endpoint& to, const Protection& protection,
                                          const std::optional<runtime::IpAddress>& source) {
  const auto found = idle_.find({to, protection.text(), source});
  if (found == idle_.end()) return nullptr;
  auto& sessions = found->second;
  // The newest first: the others can grow old and be swept.
  while (!sessions.empty()) {
    auto session = std::move(sessions.back());
    sessions.pop_back();
    --size_;
    const bool young = clock_.now() - session->idle_since < kIdleConnectionLife;
    if (young && session->fit_for_reuse()) return session;
    retire(std::move(session));
  }
  idle_.erase(found);
  return nullptr;
}

void HopPool::give_back(std::unique_ptr<HopSession> session) {
  if (session->unusable()) return;
  auto& sessions = idle_[{session->remote(), session->protection().text(), session->source()}];
  // The next message is to try TLS again.
  const bool worn =
      session->transactions() >= kMessagesPerConnection || !session->tls_failure().empty();
  if (worn || sessions.size() >= kIdleConnectionsPerHop || size_ >= kIdleConnections) {
    retire(std::move(session));
    return;
  }
  session->idle_since = clock_.now();
  sessions.push_back(std::move(session));
  ++size_;
}

void HopPool::sweep() {
  const Instant now = clock_.now();
  for (auto it = idle_.begin(); it != idle_.end();) {
    auto& sessions = it->second;
    // The oldest are in front: give_back() appends.
    while (!sessions.empty() && now - sessions.front()->idle_since >= kIdleConnectionLife) {
      retire(std::move(sessions.front()));
      sessions.erase(sessions.begin());
      --size_;
    }
    it = sessions.empty() ? idle_.erase(it) : std::next(it);
  }
}

bool HopPool::make_room() {
  auto oldest = idle_.end();
  for (auto it = idle_.begin(); it != idle_.end(); ++it) {
    if (it->second.empty()) continue;
    const Instant since = it->second.front()->idle_since;
    if (oldest == idle_.end() || since < oldest->second.front()->idle_since) oldest = it;
  }
  if (oldest == idle_.end()) return false;
  retire(std::move(oldest->second.front()));
  oldest->second.erase(oldest->second.begin());
  --size_;
  if (oldest->second.empty()) idle_.erase(oldest);
  return true;
}

void HopPool::clear() {
  idle_.clear();
  size_ = 0;
}

void HopPool::retire(std::unique_ptr<HopSession> session) {
  if (session->unusable()) return;
  scope_.spawn("quit", say_quit(std::move(session), clock_.now() + kQuitTimeout));
}

}  // namespace waybill::relay::forward
