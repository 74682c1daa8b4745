// What a transcript's relay is configured with; told in words in tests/transcripts/README.md.
#pragma once

#include <memory>

#include "relay/routes/route_table.h"

namespace waybill::tests {

extern const char* const kTranscriptZone;

std::shared_ptr<const relay::routes::RouteTable> transcript_routes();

}  // namespace waybill::tests
