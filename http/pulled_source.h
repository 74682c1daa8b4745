// PulledSource: a Pull as a Source, and a Follower: each piece is made on a worker.
#pragma once

#include "http/stream.h"
#include "runtime/workers.h"

namespace waybill::http {

// `workers` outlive it.
std::unique_ptr<Source> pulled_source(Pull pull, runtime::Workers& workers);
// `remote_workers`, for what asks others, and `clock` too.
std::unique_ptr<Source> followed_source(std::unique_ptr<Follower> follower,
                                        runtime::Workers& workers, runtime::Workers& remote_workers,
                                        runtime::Clock& clock);

}  // namespace waybill::http
