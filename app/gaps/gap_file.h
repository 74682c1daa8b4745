// The file of gaps: when something of the history that this data directory had to have may have
// been lost, and what, in words for a person. It outlives the process that found out, and nobody
// but an operator takes a line away.
//
//   data_dir/history.gaps    a line each: RFC 3339 time, a space, a sentence
#pragma once

#include <string>
#include <vector>

#include "runtime/failure.h"
#include "runtime/time.h"

namespace waybill::app {

struct Gap {
  runtime::WallTime found{};
  std::string what;  // one line
};

std::string gap_file(const std::string& data_dir);

// Durable. A gap whose words the last line has already is not written again: a start that is tried
// several times finds the same.
runtime::Explained<void> add_gap(const std::string& data_dir, const Gap& gap);

// Oldest first; lines that are none are left out, and without a file there is none.
std::vector<Gap> read_gaps(const std::string& data_dir);

}  // namespace waybill::app
