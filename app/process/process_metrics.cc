#include "app/process/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "runtime/descriptors.h"
#include "runtime/version.h"

namespace waybill::app {

namespace {

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::uint64_t count_descriptors() {
  std::error_code failed;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", failed), end; !failed && at != end;
       at.increment(failed)) {
    ++count;
  }
  return count;
}

}  // namespace

ProcessMetrics::ProcessMetrics(runtime::Clock& clock, runtime::Metrics& metrics)
    : clock_(clock),
      cpu_seconds_(metrics.counter("process_cpu_seconds_total", "Processor time used")),
      resident_(metrics.gauge("process_resident_memory_bytes", "Memory in use")),
      virtual_(metrics.gauge("process_virtual_memory_bytes", "Address space in use")),
      descriptors_(metrics.gauge("process_open_fds", "Open descriptors")) {
  metrics.gauge("process_max_fds", "Descriptors that may be open")
      .set(static_cast<double>(runtime::descriptor_limit()));
  metrics.gauge("process_start_time_seconds", "When the process began, in seconds since 1970")
      .set(std::chrono::duration<double>(clock.wall().time_since_epoch()).count());
  metrics
      .gauge("waybill_build_info", "1; its label says which build it is",
             {{"version", runtime::kBuild}})
      .set(1);
  update();
}

void ProcessMetrics::update() {
  const runtime::Instant now = clock_.now();
  if (now < next_) return;
  next_ = now + kLookAtProcessEvery;
  const double cpu = cpu_seconds();
  cpu_seconds_.add(cpu - cpu_so_far_);
  cpu_so_far_ = cpu;
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  virtual_.set(static_cast<double>(size) * page);
  resident_.set(static_cast<double>(resident) * page);
  descriptors_.set(static_cast<double>(count_descriptors()));
}

}  // namespace waybill::app
