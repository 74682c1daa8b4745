#include "tools/doctor/clock.h"

#include "tools/doctor/wording.h"

namespace waybill::tools::doctor {

namespace {

// Nodes that differ by more are told of each other, too (nodes.cc).
constexpr std::chrono::seconds kFarOff{5};

}  // namespace

Findings judge_clock(const std::optional<runtime::ClockKept>& clock) {
  constexpr char kSubject[] = "this machine";
  if (!clock) return {};
  // A note: in a container or a virtual machine the host's may be kept, and nobody says so here.
  if (!clock->kept) {
    return {{Severity::note, kSubject, "nothing keeps its clock right, as far as the kernel knows",
             "Run chrony or systemd-timesyncd: return paths and certificates end by the clock."}};
  }
  const std::string off = about_time(clock->off_at_most);
  if (clock->off_at_most > kFarOff) {
    return {{Severity::warning, kSubject, "its clock may be off by " + off,
             "See `chronyc tracking` or `timedatectl timesync-status`."}};
  }
  return {{Severity::fine, kSubject, "its clock is kept, and off by " + off + " at most", ""}};
}

}  // namespace waybill::tools::doctor
