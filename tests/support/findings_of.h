// What tests ask of findings.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tools/doctor/finding.h"

namespace waybill::tests {

// "warning disk: 2.0 GiB free", without advice: findings show in a failed comparison.
inline std::vector<std::string> lines_of(const tools::doctor::Findings& findings) {
  std::vector<std::string> out;
  for (const tools::doctor::Finding& one : findings) {
    out.push_back(std::string(word(one.severity)) + " " + one.subject + ": " + one.sentence);
  }
  return out;
}

}  // namespace waybill::tests
