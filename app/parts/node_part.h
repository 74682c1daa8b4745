// This process among the others of the cluster: it announces on the board what it has, and asks
// others for what it has not.
#pragma once

#include <functional>
#include <memory>

#include "app/cluster/cluster_node.h"
#include "app/process/process.h"

namespace waybill::app {

class NodePart final : public Part {
 public:
  // What is announced at each tick, once the process is ready.
  using State = std::function<ingest::NodeState()>;

  NodePart(Process& process, State state) : process_(process), state_(std::move(state)) {}

  // From start() on.
  ClusterNode& node() { return *node_; }

  std::string_view name() const override { return "node"; }
  runtime::Explained<void> start() override;
  void tick() override {
    node_->announce(state_());
    node_->tick();
  }
  void stop(Ending&) override { node_->stop_following(); }
  void stopped() override { node_.reset(); }

 private:
  Process& process_;
  const State state_;
  std::unique_ptr<ClusterNode> node_;
};

}  // namespace waybill::app
