// Clearance: leave to let the end of a message go to a next hop. Until it is there the next hop can
// have taken nothing; what may run meanwhile (DATA, its reply, all octets but the last) runs.
#pragma once

#include "runtime/result.h"
#include "runtime/task.h"

namespace waybill::relay::forward {

class Clearance {
 public:
  virtual ~Clearance() = default;
  // The same answer every time it is asked, and to all who ask at a time.
  virtual runtime::Task<runtime::Result<void>> clear() = 0;
};

}  // namespace waybill::relay::forward
