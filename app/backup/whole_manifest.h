// WholeManifest: what one backup of a `waybill serve` is, as the file N.json of the backup's
// directory. It appears last: a number without one is a backup that was cut off.
//
//   {"form": 1, "waybill": "0.1.0", "made_at": "2026-03-01T12:00:00Z", "node": "mx1",
//    "journal": {"number": 4, "end": 121, "octets": 5120},
//    "views": {"number": 4, "end": 118, "octets": 20480},
//    "config": "/etc/waybill/waybill.toml", "keys": "/var/lib/waybill/return_path.keys",
//    "files": [{"path": "journal/meta/4", "sha256": "..."}]}
//   sha256 ...      of the line above
//
// `files`: everything that has no checksum in RocksDB's own lists, those lists among them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/failure.h"

namespace waybill::app {

// Another form is another release's; what reads it must say so.
inline constexpr std::uint64_t kBackupForm = 1;

struct WholeManifest {
  struct Store {
    std::uint32_t number = 0;  // of the store's backup (runtime/store_backup.h)
    std::uint64_t end = 0;     // behind the last record that is in it, as the journal numbers
    std::uint64_t octets = 0;
  };
  struct File {
    std::string path;  // below the backup's directory
    std::string sha256;
  };
  std::string waybill;
  std::string made_at;
  std::string node;
  Store journal;
  Store views;
  std::string config;  // where it was; empty: not known
  std::string keys;    // where they were
  std::vector<File> files;
};

std::string write_whole_manifest(const WholeManifest& manifest);
// Errc::corrupt: it is not what was written; invalid: of another form, and the words say which.
runtime::Explained<WholeManifest> parse_whole_manifest(const std::string& text);

}  // namespace waybill::app
