// OwnerChain: one question to the nodes that have a partition, one after another until one of them
// has answered, within one deadline.
//
// Where another owner is left to ask, one that is silent has a share of the time that is left, and
// kPatience at most; the last one has all of it. Owners that gave no answer a moment ago come last
// (SilentNodes).
#pragma once

#include <functional>
#include <vector>

#include "app/cluster/silent_nodes.h"
#include "ingest/node_board.h"
#include "runtime/http_request.h"

namespace waybill::app {

class OwnerChain final : public runtime::HttpChain {
 public:
  // An owner that is well answers in milliseconds.
  static constexpr std::chrono::seconds kPatience{2};

  using Owner = ingest::NodeState;
  // What the owner is asked; it has until then to answer.
  using Request = std::function<runtime::HttpRequest(const Owner&, runtime::Instant until)>;
  // True: nobody else need be asked.
  using Take = std::function<bool(const Owner&, const runtime::Result<runtime::HttpAnswer>&)>;

  // `owners` in the order in which they are to be asked where all of them are well. All that is
  // referred to outlives it.
  OwnerChain(SilentNodes& silent, const runtime::Clock& clock, std::vector<Owner> owners,
             Request request, Take take);

  std::optional<runtime::HttpStep> next(runtime::Instant deadline) override;
  void take(runtime::Result<runtime::HttpAnswer> answer) override;

 private:
  SilentNodes& silent_;
  const runtime::Clock& clock_;
  const std::vector<Owner> owners_;
  const Request request_;
  const Take take_;
  std::size_t at_ = 0;  // the next to be asked
  runtime::Instant asked_{};
  bool done_ = false;
};

}  // namespace waybill::app
