// Manifest: what a backup of the views is, as a file beside it: manifest.json. A directory without
// one is a backup that was cut off.
//
//   {"waybill": "0.1.0", "made_at": "2026-03-01T12:00:00.000000000Z", "node": "mx1",
//    "partitions": [{"partition": 3, "next_offset": 120, "next_index": 118}]}
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/failure.h"
#include "schemas/ordinal.h"

namespace waybill::app {

struct ManifestPartition {
  std::uint32_t partition = 0;
  schemas::LogOffset next_offset;  // a restored store reads the log on from there
  schemas::EventIndex next_index;
};

struct Manifest {
  std::string made_at;
  std::string node;
  std::vector<ManifestPartition> partitions;
};

std::string write_manifest(const Manifest& manifest);
// Errc::invalid; the words say what is missing.
runtime::Explained<Manifest> parse_manifest(const std::string& text);

}  // namespace waybill::app
