// PulledSource: a Pull as a Source: each piece is made on a worker.
#pragma once

#include "http/stream.h"
#include "runtime/workers.h"

namespace waybill::http {

// `workers` outlive it.
std::unique_ptr<Source> pulled_source(Pull pull, runtime::Workers& workers);

}  // namespace waybill::http
