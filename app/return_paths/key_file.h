// The file of return path keys: made on first start and by `waybill keys make`, read at every start
// and on SIGHUP, and rotated by `waybill keys rotate`.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "relay/returnpath/key_ring.h"
#include "runtime/time.h"

namespace waybill::app {

// Errc::io_error: it is not there or cannot be read; invalid: others than its owner may read it
// (mode 0600 is expected), or it is not a key file. The words name the file.
runtime::Explained<relay::returnpath::KeyRing> read_keys(const std::string& path);

// What a file that is not there means.
enum class Absence : std::uint8_t {
  first_start,  // nothing was signed yet: it is made, with one fresh key
  lost,         // mail was taken with it: Errc::not_found, and the words say what to do
};
runtime::Explained<relay::returnpath::KeyRing> load_or_make_keys(const std::string& path,
                                                                 Absence absence);

// Makes the file, with one fresh key. Errc::refused: it is there.
runtime::Explained<void> make_keys(const std::string& path);

// Puts a fresh key in front: durable, and whole or not at all. Errc::refused: a key would go that
// the file had less than `least_age` ago, by its time of change; return paths of that key may be
// out. A file with one key may always be rotated.
runtime::Explained<void> rotate_keys(const std::string& path, runtime::WallTime now,
                                     std::chrono::seconds least_age);

}  // namespace waybill::app
