// Admission: how many sessions there may be, in all and for each client (client_network.h: of IPv6
// a /64). Taken before a session begins, so that a crowd is answered 421 and costs no memory. Any
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <variant>

#include "runtime/endpoint.h"
#include "runtime/mutex.h"

namespace waybill::relay {

class Admission {
 public:
  Admission(std::uint32_t max_sessions, std::uint32_t max_per_client)
      : max_sessions_(max_sessions), max_per_client_(max_per_client) {}

  // A session's slot; free again when destroyed.
  class Slot {
   public:
    Slot(Slot&& other) noexcept
        : from_(std::exchange(other.from_, nullptr)), client_(other.client_) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot();

   private:
    friend class Admission;
    Slot(Admission* from, runtime::IpAddress client) : from_(from), client_(std::move(client)) {}
    Admission* from_;
    runtime::IpAddress client_;  // its network
  };

  enum class Full { server, client };

  std::variant<Slot, Full> try_enter(const runtime::IpAddress& client);

 private:
  void leave(const runtime::IpAddress& client);

  const std::uint32_t max_sessions_;
  const std::uint32_t max_per_client_;
  runtime::Mutex mutex_;
  std::uint32_t sessions_ WAYBILL_GUARDED_BY(mutex_) = 0;
  std::map<runtime::IpAddress, std::uint32_t> per_client_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::relay
