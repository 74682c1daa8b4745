// PublicDialer: dials addresses of the public Internet alone, and those that the operator names
// besides. Whoever has us connect by what he writes into DNS must not reach what stands behind our
// firewall, or on this host.
//
// On one I/O thread. It outlives its connections.
#pragma once

#include <set>
#include <vector>

#include "runtime/clock.h"
#include "runtime/dialer.h"
#include "runtime/network.h"

namespace waybill::app {

// A host that is not there must not hold up the end of the process.
inline constexpr std::chrono::seconds kPublicDialTimeout{10};

class PublicDialer final : public runtime::Dialer {
 public:
  // Both outlive it.
  PublicDialer(runtime::Dialer& below, runtime::Clock& clock, std::vector<runtime::Network> besides)
      : below_(below), clock_(clock), besides_(std::move(besides)) {}

  // Errc::refused for an address that is neither, and behind end(); nothing was sent.
  runtime::Task<runtime::Result<std::unique_ptr<runtime::Connection>>> dial(
      runtime::Endpoint to, runtime::Instant deadline,
      std::optional<runtime::IpAddress> from) override;

  // What waits on one of its connections ends now; what is being dialled, within
  // kPublicDialTimeout.
  void end();

 private:
  class Tracked;
  bool may_dial(const runtime::IpAddress& address) const;

  runtime::Dialer& below_;
  runtime::Clock& clock_;
  const std::vector<runtime::Network> besides_;
  std::set<runtime::Connection*> open_;
  bool ended_ = false;
};

}  // namespace waybill::app
