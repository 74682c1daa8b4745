// The first part of a process that takes mail: it takes the addresses where mail comes in while the
// process still may, and gives up root before anything else begins, so that every file is made by
// the user who owns it.
#pragma once

#include <vector>

#include "app/process/process.h"
#include "app/roles/doors.h"

namespace waybill::app {

class DoorsPart final : public Part {
 public:
  explicit DoorsPart(Process& process) : process_(process) {}

  // For the relay, which listens at them once it is ready; once.
  std::vector<Door> take() { return std::move(doors_); }

  std::string_view name() const override { return "doors"; }
  runtime::Explained<void> prepare() override;
  // Says in the log what the process may do.
  runtime::Explained<void> start() override;

 private:
  Process& process_;
  std::vector<Door> doors_;
};

}  // namespace waybill::app
