// The exports that people asked for, in data_dir/exports, and who writes them.
#pragma once

#include <memory>
#include <vector>

#include "app/process/process.h"
#include "query/exports/desk.h"
#include "query/sources.h"

namespace waybill::app {

class ExportsPart final : public Part {
 public:
  // Asked for at start(): those of this process.
  using Partitions = std::function<std::vector<query::LocalPartition>()>;

  // `count`: of the whole log. Where not all are here, there are no exports.
  ExportsPart(Process& process, std::uint32_t count, Partitions partitions)
      : process_(process),
        count_(count),
        partitions_(std::move(partitions)),
        chance_(runtime::system_chance()) {}

  // From start() on; nullptr: there are none.
  query::exports::Desk* desk() const { return desk_.get(); }

  std::string_view name() const override { return "exports"; }
  runtime::Explained<void> start() override;
  void tick() override {
    if (desk_) desk_->tick();
  }
  void stop(Ending&) override {
    if (desk_) desk_->stop();
  }
  void stopped() override {
    workers_.reset();
    desk_.reset();
  }

 private:
  std::string why_not() const;

  Process& process_;
  const std::uint32_t count_;
  const Partitions partitions_;
  const std::unique_ptr<runtime::Chance> chance_;
  std::unique_ptr<runtime::Workers> workers_;
  std::unique_ptr<query::exports::Desk> desk_;
};

}  // namespace waybill::app
