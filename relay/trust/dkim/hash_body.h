// hash_body(): one pass over a message's body for all the hashes that are asked of it.
#pragma once

#include <cstddef>

#include "relay/trust/dkim/body_hash.h"
#include "relay/trust/dkim/body_source.h"
#include "runtime/result.h"
#include "runtime/task.h"

namespace waybill::relay::trust::dkim {

// Octets hashed before others get their turn: the thread is never held for longer than about a
// millisecond.
inline constexpr std::size_t kHashedOctets = 64 << 10;

// Other coroutines of the thread run.
runtime::Task<void> give_way();

// Feeds `hashes`, which were asked for, with all of `body`, and ends them. Both outlive the task.
// Errors are those of `body`.
runtime::Task<runtime::Result<void>> hash_body(BodySource& body, BodyHashes& hashes);

}  // namespace waybill::relay::trust::dkim
