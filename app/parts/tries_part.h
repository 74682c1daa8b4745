// What other relays of the cluster have on record of tries, told to this one, a second after it is
// in the views.
#pragma once

#include <memory>
#include <thread>

#include "app/parts/node_part.h"
#include "app/parts/relay_part.h"
#include "app/process/process.h"
#include "runtime/mutex.h"

namespace waybill::app {

class TriesPart final : public Part {
 public:
  TriesPart(Process& process, NodePart& node, RelayPart& relay)
      : process_(process), node_(node), relay_(relay) {}

  std::string_view name() const override { return "tries"; }
  runtime::Explained<void> start() override;
  void stop(Ending& ending) override;

 private:
  void go_on();
  // True: it is to end.
  bool wait(runtime::Duration time);

  Process& process_;
  NodePart& node_;
  RelayPart& relay_;
  std::unique_ptr<RemoteTries> remote_;
  runtime::Mutex mutex_;
  runtime::ConditionVariable told_;
  bool stopping_ WAYBILL_GUARDED_BY(mutex_) = false;
  std::thread reader_;
};

}  // namespace waybill::app
