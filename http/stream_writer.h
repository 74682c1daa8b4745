// The body of one stream on one connection, from its first piece to its end.
#pragma once

#include "http/codec.h"
#include "http/open_streams.h"
#include "runtime/connection.h"
#include "runtime/time.h"

namespace waybill::http {

// Octets of one write, which has a deadline of its own: larger pieces are cut.
inline constexpr std::size_t kMaxChunk = 64 << 10;

// Writes what the source gives until it ends or something ends it. What the client says meanwhile
// is fed to `reader`: it is its next request. A client that closes its side is gone, also where it
// would still read. After any end but StreamEnd::whole the connection is of no more use. All
// outlive the task; on the connection's executor.
runtime::Task<StreamEnd> write_body(runtime::Connection& connection, OpenStream& stream,
                                    Framing framing, HeadReader& reader, runtime::Clock& clock);

}  // namespace waybill::http
