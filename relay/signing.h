// Signs what leaves here with the DKIM keys of our domains (trust/dkim/sign.h). Two signatures take
// a third of a millisecond: they are made on the workers of the spool, or, where these have no
// room, on this thread. Owner's thread.
#pragma once

#include <string>
#include <string_view>

#include "relay/lane.h"
#include "runtime/crypto.h"

namespace waybill::relay {

// The fields to be put in front of a message: of each key that `domain` signs with now; empty
// where there is none. `header`: all fields of the message. `body_hash`: of the body's relaxed
// form.
runtime::Task<std::string> dkim_signatures(Lane& lane, std::string domain, std::string header,
                                           runtime::Digest body_hash);

// The same for a message that is all here. `text` outlives the task.
runtime::Task<std::string> dkim_signatures(Lane& lane, std::string domain, std::string_view text);

// The hash that they ask for, of a message in its spool, which it reads once. The error of the
// disk. `spool` outlives the task.
runtime::Task<runtime::Result<runtime::Digest>> body_hash_of(message::Spool& spool);

}  // namespace waybill::relay
