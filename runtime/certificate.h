// How long the certificates of a PEM file hold. Blocking; any thread.
#pragma once

#include <string>

#include "runtime/result.h"
#include "runtime/time.h"

namespace waybill::runtime {

// Of all certificates in a file together: a chain holds while each of its links does.
struct Validity {
  WallTime from{};  // the latest beginning
  WallTime to{};    // the earliest end
};

// Errc::not_found: the file cannot be opened; invalid: it holds no certificate in PEM, or one that
// cannot be read. `why` names the file and the cause.
Result<Validity> certificate_validity(const std::string& file, std::string& why);

}  // namespace waybill::runtime
