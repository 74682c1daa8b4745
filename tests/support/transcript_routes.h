// What a transcript's relay is configured with; told in words in tests/transcripts/README.md.
#pragma once

#include <memory>

#include "relay/returnpath/directory.h"
#include "relay/returnpath/key_ring.h"
#include "relay/routes/route_table.h"

namespace waybill::tests {

extern const char* const kTranscriptZone;

std::shared_ptr<const relay::routes::RouteTable> transcript_routes();
relay::returnpath::KeyRing transcript_keys();
// Of a mail from ann@origin.test to shop@alias.test.
schemas::ReturnPath transcript_path();

}  // namespace waybill::tests
