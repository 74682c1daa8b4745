// How long the certificates of a PEM file hold. Blocking; any thread.
#pragma once

#include <string>

#include "runtime/failure.h"
#include "runtime/time.h"

namespace waybill::runtime {

// Of all certificates in a file together: a chain holds while each of its links does.
struct Validity {
  WallTime from{};  // the latest beginning
  WallTime to{};    // the earliest end
};

// Errc::not_found: the file cannot be opened; invalid: it holds no certificate in PEM, or one that
// cannot be read. The words name the file and the cause.
Explained<Validity> certificate_validity(const std::string& file);

}  // namespace waybill::runtime
