// How fresh the views are, asked before the rows of an answer are read: the answer is then at least
// as fresh as it says, never less.
#pragma once

#include "query/as_of.h"
#include "query/server.h"

namespace waybill::query {

// Blocks: call it in a Read.
inline runtime::Result<AsOf> read_as_of(const ServerParts& parts) {
  const auto progress = parts.history->progress();
  if (!progress) return progress.error();
  return as_of(*progress, parts.health().lag);
}

}  // namespace waybill::query
