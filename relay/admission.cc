#include "relay/admission.h"

#include "relay/door/client_network.h"

namespace waybill::relay {

Admission::Slot::~Slot() {
  if (from_ != nullptr) from_->leave(client_);
}

std::variant<Admission::Slot, Admission::Full> Admission::try_enter(
    const runtime::IpAddress& client) {
  const runtime::MutexLock lock(mutex_);
  if (sessions_ >= max_sessions_) return Full::server;
  const runtime::IpAddress network = client_network(client);
  std::uint32_t& count = per_client_[network];
  if (count >= max_per_client_) return Full::client;
  ++count;
  ++sessions_;
  return Slot(this, network);
}

void Admission::leave(const runtime::IpAddress& client) {
  const runtime::MutexLock lock(mutex_);
  --sessions_;
  const auto found = per_client_.find(client);
  if (--found->second == 0) per_client_.erase(found);
}

}  // namespace waybill::relay
