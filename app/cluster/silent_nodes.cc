#include "app/cluster/silent_nodes.h"

namespace waybill::app {

bool SilentNodes::silent(const std::string& node) const {
  const runtime::Instant now = clock_.now();
  const runtime::MutexLock lock(mutex_);
  const auto found = nodes_.find(node);
  return found != nodes_.end() && now < found->second.silent_until;
}

bool SilentNodes::admit(const std::string& node) {
  const runtime::Instant now = clock_.now();
  const runtime::MutexLock lock(mutex_);
  Entry& entry = nodes_[node];
  if (now >= entry.silent_until) return true;
  if (entry.tried) return false;
  entry.tried = true;
  return true;
}

void SilentNodes::answered(const std::string& node) {
  const runtime::Instant now = clock_.now();
  const runtime::MutexLock lock(mutex_);
  Entry& entry = nodes_[node];
  entry.answered = now;
  entry.silent_until = now;
  entry.tried = false;
}

void SilentNodes::unanswered(const std::string& node, runtime::Instant asked) {
  const runtime::Instant now = clock_.now();
  const runtime::MutexLock lock(mutex_);
  Entry& entry = nodes_[node];
  entry.tried = false;
  // One question that takes long does not make a node silent that answers others.
  if (entry.answered > asked) return;
  entry.silent_until = now + kSilenceKept;
}

}  // namespace waybill::app
