#include "app/parts/node_part.h"

namespace waybill::app {

runtime::Explained<void> NodePart::start() {
  auto node = ClusterNode::open(process_.config());
  if (!node) return node.error();
  node_ = std::move(*node);
  return {};
}

}  // namespace waybill::app
