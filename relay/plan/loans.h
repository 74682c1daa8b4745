// Loans: the port through which a relay of a cluster asks whether it may go on under a delivery
// that was put off. All relays hear of it (Tries), and one at a time may have it.
//
// Promises: what is lent was put off by its last try, as far as the log goes, and no other loan of
// it is given until it is given back; one that is not given back, or not taken again, ends after
// schemas::kTurnLife. Where nobody answers it is not lent. The node that gives the loans of a
// partition keeps them in memory: where it starts again, or another one is asked in its place, two
// relays may have the same delivery for once.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/task.h"
#include "runtime/time.h"
#include "schemas/ids.h"

namespace waybill::relay::plan {

// Of one loan, within the time that a next hop has to answer RCPT.
inline constexpr std::chrono::seconds kLoanTimeout{2};

struct Loan {
  schemas::DeliveryId delivery;
  std::uint32_t partition = 0;  // where the delivery's events are
  std::string holder;           // of this loan alone, so that it ends no other one
};

class Loans {
 public:
  virtual ~Loans() = default;
  // One that is still to be taken.
  virtual Loan of(const schemas::DeliveryId& delivery, std::uint32_t partition) = 0;
  // Also again, for its whole life.
  virtual runtime::Task<bool> take(Loan loan, runtime::Instant deadline) = 0;
  // Once all that this relay has on record of it can be seen by others.
  virtual runtime::Task<void> give_back(Loan loan) = 0;
};

// Where there is one relay alone.
class NobodyElseLends final : public Loans {
 public:
  Loan of(const schemas::DeliveryId& delivery, std::uint32_t partition) override {
    return {delivery, partition, {}};
  }
  runtime::Task<bool> take(Loan, runtime::Instant) override { co_return true; }
  runtime::Task<void> give_back(Loan) override { co_return; }
};

}  // namespace waybill::relay::plan
