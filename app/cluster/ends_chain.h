// EndsChain: the nodes that have some partitions, asked how far these can be read, again and again
// until the end of a round: one long poll after another to the first owner that answers.
//
// What is told goes to PeerEnds (query/feed/peer_ends.h); what no owner tells of is lost there. A
// chain goes on behind the end of its round while another one of it still waits for an answer of
// the round, or looks for an owner, so that what answers is no less fresh for what is silent. One
// thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/cluster/silent_nodes.h"
#include "ingest/node_board.h"
#include "query/feed/peer_ends.h"
#include "query/feed/share.h"
#include "runtime/http_request.h"

namespace waybill::app {

class EndsChain final : public runtime::HttpChain {
 public:
  // What one owner told of a partition last.
  struct Known {
    std::string owner;
    schemas::EventIndex end;
  };
  using KnownEnds = std::map<std::uint32_t, Known>;

  // What the chains of a round have together.
  struct Round {
    SilentNodes& silent;
    const runtime::Clock& clock;
    query::feed::PeerEnds& ends;
    KnownEnds& known;
    runtime::Duration patience;  // with an answer that is due
    runtime::Instant until{};
    std::function<bool()> stopping{};
    // A question to that node about these partitions: `known` and `wait` are in the target.
    std::function<runtime::HttpRequest(const ingest::NodeState& owner, const std::string& target,
                                       const std::vector<std::uint32_t>& partitions)>
        request{};
    std::vector<const EndsChain*> chains{};
  };

  // How long an owner that has no news waits with its answer at most: as long as a round, so that
  // a new owner is found within it, and few enough that a node that stops need not wait for it.
  static constexpr std::chrono::milliseconds kWait{1'000};
  // The same behind the end of the round.
  static constexpr std::chrono::milliseconds kShortWait{200};

  // `owners` in the order in which they are to be asked. `round` outlives it.
  EndsChain(Round& round, std::vector<ingest::NodeState> owners,
            std::vector<std::uint32_t> partitions);

  std::optional<runtime::HttpStep> next(runtime::Instant deadline) override;
  void take(runtime::Result<runtime::HttpAnswer> answer) override;

 private:
  bool holds_the_round() const;
  bool others_hold_the_round() const;
  std::string target(const ingest::NodeState& owner, std::chrono::milliseconds wait) const;
  bool learn(const ingest::NodeState& owner, const runtime::HttpAnswer& answer);

  Round& round_;
  const std::vector<ingest::NodeState> owners_;
  const std::vector<std::uint32_t> partitions_;
  std::size_t at_ = 0;  // whom it asks
  bool found_ = false;  // that one has answered
  bool asking_ = false;
  runtime::Instant asked_{};
};

}  // namespace waybill::app
