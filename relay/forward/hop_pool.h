// HopPool: idle sessions with next hops, by endpoint, so that the next message pays for no
// handshake. One for each I/O thread. Bounded in number and age (limits.h).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "relay/forward/hop_session.h"
#include "runtime/scope.h"
#include "runtime/time.h"

namespace waybill::relay::forward {

class HopPool {
 public:
  // `scope` is where sessions say QUIT; both outlive the pool.
  HopPool(runtime::Clock& clock, runtime::Scope& scope) : clock_(clock), scope_(scope) {}
  HopPool(const HopPool&) = delete;
  HopPool& operator=(const HopPool&) = delete;

  // An idle session that still is fit, was protected alike and left from the same address, or
  // nullptr.
  std::unique_ptr<HopSession> take(const runtime::Endpoint& to, const Protection& protection = {},
                                   const std::optional<runtime::IpAddress>& source = std::nullopt);

  // Keeps the session if it is worth keeping, else ends it.
  void give_back(std::unique_ptr<HopSession> session);

  // Ends the session that has been idle longest, so that another hop can be dialled. False: none is
  // idle.
  bool make_room();

  // Ends sessions idle for longer than their life. Called now and then.
  void sweep();
  void clear();

  std::size_t size() const { return size_; }

 private:
  void retire(std::unique_ptr<HopSession> session);

  runtime::Clock& clock_;
  runtime::Scope& scope_;
  // Where to, Protection::text(), where from.
  using Place = std::tuple<runtime::Endpoint, std::string, std::optional<runtime::IpAddress>>;
  std::map<Place, std::vector<std::unique_ptr<HopSession>>> idle_;
  std::size_t size_ = 0;
};

}  // namespace waybill::relay::forward
