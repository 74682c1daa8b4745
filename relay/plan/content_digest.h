// ContentDigest: what tells a retry of a message from another message of the same envelope: SHA-256
// over all of it but the fields that servers on its way put in front or leave changed.
#pragma once

#include <string>

#include "relay/message/spool.h"
#include "runtime/result.h"
#include "runtime/task.h"

namespace waybill::relay::plan {

struct ContentDigest {
  std::string octets;
  // The message bears a Message-ID, or the Received of a server whose queue it is in. Without
  // either another message of the same words has the same digest.
  bool is_named = false;
};

// kContentDigestOctets of the digest (tries.h). Left out are the trace fields: Return-Path,
// Received (RFC 5321 4.4), Authentication-Results (RFC 8601), those of ARC (RFC 8617), and
// DKIM-Signature, which a forwarder without a queue, as we are, makes anew for each try (RFC 6376
// 5.6). It makes no difference whether the spool leaves some of them out already. Its head() has
// the whole header.
// Without a Message-ID the Received fields count: a robot may say the same thing twice and mean it.
// Reads the body once. The error of the disk.
runtime::Task<runtime::Result<ContentDigest>> content_digest(message::Spool& spool);

}  // namespace waybill::relay::plan
