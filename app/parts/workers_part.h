// Workers of this process for one purpose, so that what they do waits for nothing else.
#pragma once

#include <memory>

#include "app/process/process.h"
#include "runtime/workers.h"

namespace waybill::app {

class WorkersPart final : public Part {
 public:
  WorkersPart(Process&, const char* name, std::size_t threads) : name_(name), threads_(threads) {}

  // From start() on.
  runtime::Workers& workers() { return *workers_; }

  std::string_view name() const override { return name_; }
  runtime::Explained<void> start() override {
    workers_ = runtime::thread_workers(name_, threads_, kQueue);
    return {};
  }
  void stopped() override { workers_.reset(); }

 private:
  // As many as sessions may wait at one time and more; beyond, 451 at once.
  static constexpr std::size_t kQueue = 1024;

  const char* const name_;
  const std::size_t threads_;
  std::unique_ptr<runtime::Workers> workers_;
};

}  // namespace waybill::app
