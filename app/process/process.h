// Process: a running waybill as a list of parts, which is what tells one role from another.
//
//   prepare  in the order of the list, before the process has a second thread; one that fails ends
//            the start
//   start    in the order of the list; the first that fails ends the start, and why is logged.
//            After SIGINT or SIGTERM the part that is starting is the last one to start
//   ready    in order, once all have started: work from outside may come in
//   reload   on SIGHUP, in order; if one part refuses the new configuration, all keep the old one
//   tick     twice a second, in order
//   stop     in reverse: takes no new work, and lets what is under way end
//   stopped  in reverse, once every part has stopped: gives back what it holds; not where a store
//            has failed
//
// A second SIGINT or SIGTERM ends the process at once, whatever it does.
// A part may use those before it in the list from its start to its stopped. A part that failed to
// start, and those behind it, hear nothing further. All calls come on the thread of run().
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "app/command/config_file.h"
#include "app/config/config.h"
#include "app/process/process_metrics.h"
#include "runtime/asio_clock.h"
#include "runtime/failure.h"
#include "runtime/metrics.h"

namespace waybill::app {

// How a process ends: done, unless a part says otherwise on its way.
struct Ending {
  int code = 0;  // kExitOk
  // Waiting longer for what is under way is of no use: the process ends as by a crash.
  bool at_once = false;
  // A store has failed. Its files are as a crash would leave them, and closing it is not tried:
  // RocksDB 7.8 asserts there. So no part hears of stopped().
  bool unclosed = false;
};

// What a part does once every part has agreed to a new configuration.
using Change = std::function<void()>;

class Part {
 public:
  virtual ~Part() = default;
  virtual std::string_view name() const = 0;
  virtual runtime::Explained<void> prepare() { return {}; }
  virtual runtime::Explained<void> start() = 0;
  virtual void ready() {}
  // An empty Change: nothing of it concerns this part.
  virtual runtime::Explained<Change> reload(const Config&) { return Change(); }
  virtual void tick() {}
  virtual void stop(Ending&) {}
  virtual void stopped() {}
};

class Process {
 public:
  Process(ConfigFile file, Config config);
  ~Process();

  // As it was at the start; what may change while running belongs to a part.
  const Config& config() const { return config_; }
  runtime::Clock& clock() { return clock_; }
  runtime::Metrics& metrics() { return metrics_; }
  // Parts are being stopped. Any thread.
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }
  // All parts have started. Any thread.
  bool serving() const { return serving_.load(std::memory_order_relaxed); }

  template <class P, class... Arguments>
  P& add(Arguments&&... arguments) {
    auto part = std::make_unique<P>(*this, std::forward<Arguments>(arguments)...);
    P& added = *part;
    parts_.push_back(std::move(part));
    return added;
  }

  // Starts the parts, serves until SIGINT, SIGTERM or end_after(), and gives the exit code.
  int run();

  // Ends in `grace`. Any thread, while run() is under way; the first call counts.
  void end_after(std::chrono::milliseconds grace);

 private:
  class Waiting;
  struct Started {
    std::size_t parts = 0;
    bool failed = false;  // the next one did
  };
  runtime::Explained<void> prepare_all();
  Started start_all();
  void reload_all();
  void tick_all();
  Ending end(std::size_t started);

  const ConfigFile file_;
  const Config config_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> serving_{false};
  runtime::AsioClock clock_;
  runtime::Metrics metrics_;
  ProcessMetrics own_metrics_{clock_, metrics_};
  std::unique_ptr<Waiting> waiting_;
  std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace waybill::app
