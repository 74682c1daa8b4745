// What a test needs of the machine and does not find. Where everything is asked for (CI), that is a
// failure, so that no test goes unseen.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace waybill::tests {

// True: the test cannot go on; it says so.
inline bool lacks(bool there, const std::string& what) {
  if (there) return false;
  if (std::getenv("CI") != nullptr) ADD_FAILURE() << what << " is missing";
  return true;
}

}  // namespace waybill::tests
