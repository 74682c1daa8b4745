// Peers: the servers that have the views which this one has not. A question goes to them as it
// came, one hop: the peer answers from its own views and asks nobody.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waybill::query {

struct PeerQuestion {
  std::vector<std::uint32_t> partitions;  // ascending
  std::string target;
  std::string trace;  // a W3C traceparent
  // What the asker may see (node_asker.h); nullopt: everything.
  std::optional<std::string> sight{};
  // By partition, the node to be asked first, where it is one of the owners.
  std::map<std::uint32_t, std::string> first{};
};

struct PeerAnswer {
  std::vector<std::uint32_t> partitions;  // it was asked of these
  std::string node;
  unsigned status = 0;
  std::string body;
};

// Gives the partitions that the answer spoke of; none where it is no answer to the question.
using TakeAnswer = std::function<std::vector<std::uint32_t>(const PeerAnswer&)>;

class Peers {
 public:
  virtual ~Peers() = default;

  // Asks the owners of these partitions, all at once, and waits for them until a deadline of its
  // own. Where an owner does not answer, or not about all of its partitions, another one is asked
  // about the rest within the same deadline. A partition that was never spoken of has no owner that
  // is known, or none that answered.
  // Blocks, and calls `take` on this thread; any thread.
  virtual void ask(const PeerQuestion& question, const TakeAnswer& take) = 0;
};

}  // namespace waybill::query
