#include "app/cluster/cluster_node.h"

#include <algorithm>

#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/version.h"
#include "schemas/event.h"

namespace waybill::app {

using relay::returnpath::ReturnPathDirectory;
using relay::returnpath::TokenFacts;
using runtime::Errc;
using runtime::Explained;
using runtime::Result;
using runtime::Task;

namespace {

// Each waits for one node's answer.
constexpr std::size_t kThreads = 8;
constexpr std::size_t kLoanThreads = 4;
constexpr std::size_t kQueue = 1024;
// What an owner may say in one answer.
constexpr std::size_t kMostAnswer = 16 << 20;

class NobodyToAsk final : public ReturnPathDirectory {
 public:
  Task<Result<schemas::ReturnPath>> find(TokenFacts, runtime::Instant) override {
    co_return make_error_code(Errc::unreachable);
  }
};

}  // namespace

Explained<std::unique_ptr<ClusterNode>> ClusterNode::open(const Config& config) {
  std::unique_ptr<ClusterNode> node(new ClusterNode(config));
  auto board = ingest::kafka_node_board(config.kafka.settings, node->clock_);
  if (!board) return board.error();
  node->board_ = std::move(*board);
  if (config.cluster.secret_file.empty()) {
    runtime::log(runtime::Level::warn, "app",
                 "no cluster.secret_file: other nodes cannot be asked, and reports on return paths "
                 "get 451");
    return node;
  }
  auto secret = runtime::SharedSecret::read(config.cluster.secret_file);
  if (!secret) return secret.error();
  node->secret_ = std::move(*secret);
  auto http = runtime::HttpClient::make({config.cluster.ca, kMostAnswer});
  if (!http) return http.error();
  node->http_ = std::move(*http);
  node->workers_ = runtime::thread_workers("wb-cluster", kThreads, kQueue);
  node->peers_ = cluster_peers(node->parts());
  return node;
}

ClusterParts ClusterNode::parts() {
  return {*board_, *http_, *secret_, silent_, clock_, config_.node, config_.cluster.deadline};
}

query::feed::PeerEnds* ClusterNode::follow_ends(const std::vector<std::uint32_t>& here) {
  std::vector<std::uint32_t> elsewhere;
  for (std::uint32_t one = 0; one < config_.kafka.partitions; ++one) {
    if (!std::binary_search(here.begin(), here.end(), one)) elsewhere.push_back(one);
  }
  if (!secret_ || elsewhere.empty()) return nullptr;
  ends_ = std::make_unique<query::feed::PeerEnds>(std::move(elsewhere), clock_);
  end_poller_ = std::make_unique<EndPoller>(parts(), *ends_);
  return ends_.get();
}

void ClusterNode::tick() {
  if (ends_) ends_->expire(clock_.now());
}

void ClusterNode::stop_following() {
  if (end_poller_) end_poller_->stop();
}

ReturnPathDirectory& ClusterNode::look_for_return_paths(OwnJournal own) {
  if (secret_) {
    return_paths_ = remote_return_paths(parts(), std::move(own), *workers_, clock_);
  } else {
    return_paths_ = std::make_unique<NobodyToAsk>();
  }
  return *return_paths_;
}

relay::plan::Loans& ClusterNode::look_for_loans(OwnJournal own) {
  if (secret_) {
    // Of their own: a loan waits for views that are behind, and a report is not to wait for it.
    loan_workers_ = runtime::thread_workers("wb-loans", kLoanThreads, kQueue);
    loans_ = remote_loans(parts(), std::move(own), *loan_workers_, clock_);
  } else {
    loans_ = std::make_unique<relay::plan::NobodyElseLends>();
  }
  return *loans_;
}

std::unique_ptr<RemoteTries> ClusterNode::read_tries(runtime::WallTime since) {
  if (!secret_) return nullptr;
  return std::make_unique<RemoteTries>(parts(), config_.kafka.partitions, since);
}

void ClusterNode::announce(ingest::NodeState state) {
  state.set_node(config_.node);
  state.set_version(runtime::kBuild);
  state.set_at(schemas::nanoseconds(clock_.wall()));
  board_->announce(state);
}

}  // namespace waybill::app
