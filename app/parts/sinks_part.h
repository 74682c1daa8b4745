// The sinks of [[sinks]]: each a thread that reads the archive of the views and sends what it
// finds.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/process/process.h"
#include "app/roles/sink_way.h"
#include "query/sources.h"
#include "runtime/mutex.h"

namespace waybill::app {

class SinksPart final : public Part {
 public:
  // Asked for at start(): all of the log.
  using Partitions = std::function<std::vector<query::LocalPartition>()>;

  SinksPart(Process& process, Partitions partitions);
  ~SinksPart() override;

  // What is not as it should be with them; empty: nothing. Any thread.
  std::string note() const;

  std::string_view name() const override { return "sinks"; }
  runtime::Explained<void> start() override;
  // Secrets, certificates and [[sinks]] are read again; each sink goes on from its cursor.
  runtime::Explained<Change> reload(const Config& config) override;
  void tick() override;
  void stop(Ending&) override;

 private:
  class Running;
  using Sinks = std::vector<std::unique_ptr<Running>>;

  void run(const std::vector<SinkConfig>& sinks);
  void end();

  Process& process_;
  const Partitions partitions_;
  const std::unique_ptr<runtime::Chance> chance_;
  mutable runtime::Mutex mutex_;
  Sinks sinks_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::app
