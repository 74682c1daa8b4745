// NodeRoll: the nodes that are there, judged by when their announcements came here. The time that
// an announcement bears is another clock's, and is not looked at.
//
// A node is away once the others were heard for kNodeSilence without it. Where nobody is heard, the
// way to the board is cut and not every node: those known last stay, and whether they answer is
// seen when they are asked.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/time.h"
#include "schemas/node.pb.h"

namespace waybill::ingest {

using NodeState = ::waybill::nodes::v1::NodeState;

// How often a node announces its state.
inline constexpr std::chrono::milliseconds kNodeSpeaksEvery{500};
inline constexpr std::chrono::seconds kNodeSilence{15};
static_assert(kNodeSilence > 10 * kNodeSpeaksEvery, "a few lost announcements are no absence");

// One thread at a time.
class NodeRoll {
 public:
  // An announcement that came now, and not one that was on the board before we listened.
  void heard(NodeState state, runtime::Instant now);

  // By name, ascending.
  std::vector<NodeState> present() const;

 private:
  struct Heard {
    NodeState state;
    runtime::Instant at;
  };
  std::map<std::string, Heard> nodes_;
  runtime::Instant last_{};  // when anybody was heard
};

}  // namespace waybill::ingest
