// Loans: the port through which a relay of a cluster asks whether it may go on under a delivery
// that was put off. All relays hear of it (Tries), and one at a time may have it.
//
// Promises: what is lent was put off by its last try, as far as the log goes, and no other relay
// has it until it is given back; a relay that ends without giving it back has it for
// schemas::kTurnLife. Where nobody answers it is not lent.
#pragma once

#include <cstdint>

#include "runtime/task.h"
#include "runtime/time.h"
#include "schemas/ids.h"

namespace waybill::relay::plan {

// Of one loan, within the time that a next hop has to answer RCPT.
inline constexpr std::chrono::seconds kLoanTimeout{2};

class Loans {
 public:
  virtual ~Loans() = default;
  // `partition`: where the delivery's events are.
  virtual runtime::Task<bool> take(schemas::DeliveryId delivery, std::uint32_t partition,
                                   runtime::Instant deadline) = 0;
  // Once all that this relay has on record of it can be seen by others.
  virtual runtime::Task<void> give_back(schemas::DeliveryId delivery, std::uint32_t partition) = 0;
};

// Where there is one relay alone.
class NobodyElseLends final : public Loans {
 public:
  runtime::Task<bool> take(schemas::DeliveryId, std::uint32_t, runtime::Instant) override {
    co_return true;
  }
  runtime::Task<void> give_back(schemas::DeliveryId, std::uint32_t) override { co_return; }
};

}  // namespace waybill::relay::plan
