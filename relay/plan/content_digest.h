// ContentDigest: what tells a retry of a message from another message of the same envelope: SHA-256
// over all of it but the fields that servers on its way put in front or leave changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "relay/message/spool.h"
#include "runtime/result.h"
#include "runtime/task.h"

namespace waybill::relay::plan {

// Where trace fields stand in a header block (RFC 5321 4.4, RFC 8601, RFC 8617): Return-Path,
// Received, Authentication-Results, and those of ARC.
std::vector<message::Spool::Range> trace_ranges(std::string_view head);

// kContentDigestOctets of the digest (tries.h). Reads the spool once. The error of its disk.
runtime::Task<runtime::Result<std::string>> content_digest(message::Spool& spool);

}  // namespace waybill::relay::plan
