// Peers: the servers that have the views which this one has not. A question goes to them as it
// came, one hop: the peer answers from its own views and asks nobody.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace waybill::query {

struct PeerAnswer {
  std::vector<std::uint32_t> partitions;  // it speaks of these
  std::string node;
  unsigned status = 0;
  std::string body;
};

class Peers {
 public:
  virtual ~Peers() = default;

  // Asks the owners of these partitions, all at once, and waits for them until a deadline of its
  // own. A partition that is in no answer has no owner that is known, or none that answered.
  // Blocks; any thread. `trace`: a W3C traceparent.
  virtual std::vector<PeerAnswer> ask(const std::vector<std::uint32_t>& partitions,
                                      const std::string& target, const std::string& trace) = 0;
};

}  // namespace waybill::query
