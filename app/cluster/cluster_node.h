// ClusterNode: this process among the others: it reads and writes the board, knows the secret, and
// asks other nodes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/cluster/cluster_peers.h"
#include "app/cluster/end_poller.h"
#include "app/cluster/remote_return_paths.h"
#include "app/cluster/remote_tries.h"
#include "app/config/config.h"
#include "relay/returnpath/directory.h"
#include "runtime/asio_clock.h"
#include "runtime/workers.h"

namespace waybill::app {

class ClusterNode {
 public:
  // The words name the file or the setting that is wrong.
  static runtime::Explained<std::unique_ptr<ClusterNode>> open(const Config& config);

  // For a relay: the directory of return paths, which is out of reach without cluster.secret_file.
  // Valid while this is. Called once.
  relay::returnpath::ReturnPathDirectory& look_for_return_paths(OwnJournal own);

  // Loans of deliveries that several relays could go on under: where nobody can be asked there are
  // none. Valid while this is. Called once.
  relay::plan::Loans& look_for_loans(OwnJournal own);
  // nullptr without cluster.secret_file.
  std::unique_ptr<RemoteTries> read_tries(runtime::WallTime since);

  // nullptr without cluster.secret_file: nobody can be asked then.
  query::Peers* peers() { return peers_.get(); }
  // How far the partitions that are not among `here`, ascending, can be read on other nodes, for
  // the feed. nullptr: there are none, or nobody can be asked. Valid while this is. Called once.
  query::feed::PeerEnds* follow_ends(const std::vector<std::uint32_t>& here);
  // Twice a second or so; any thread.
  void tick();
  // Nobody is asked any more how far that is.
  void stop_following();
  const std::optional<runtime::SharedSecret>& secret() const { return secret_; }

  // Says it on the board. `state` lacks node, time and version, which are filled in.
  void announce(ingest::NodeState state);

 private:
  explicit ClusterNode(const Config& config) : config_(config) {}
  ClusterParts parts();

  const Config& config_;
  runtime::AsioClock clock_;
  SilentNodes silent_{clock_};
  std::optional<runtime::SharedSecret> secret_;
  std::unique_ptr<runtime::HttpClient> http_;
  std::unique_ptr<ingest::NodeBoard> board_;
  std::unique_ptr<query::Peers> peers_;
  std::unique_ptr<query::feed::PeerEnds> ends_;
  std::unique_ptr<EndPoller> end_poller_;
  std::unique_ptr<runtime::Workers> workers_;
  std::unique_ptr<runtime::Workers> loan_workers_;
  std::unique_ptr<relay::returnpath::ReturnPathDirectory> return_paths_;
  std::unique_ptr<relay::plan::Loans> loans_;
};

}  // namespace waybill::app
