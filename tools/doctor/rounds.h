// Rounds: the checks of a doctor, all at one time, each on a thread of its own, and within one
// patience. What hangs is told as such.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

struct Check {
  std::string name;  // of its group, where it gives none
  std::function<std::vector<Group>()> look;
};

struct Rounds {
  std::vector<Group> groups;  // in the order of the checks
  // False: a check still runs. Destruction waits for it; a process that will not ends without.
  bool all_ended = true;
  std::vector<std::jthread> threads;
};

Rounds make_rounds(std::vector<Check> checks, std::chrono::milliseconds patience);

}  // namespace waybill::tools::doctor
