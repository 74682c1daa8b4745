// The file of return path keys: made on first start, read at every start and on SIGHUP, and rotated
// by `waybill keys rotate`.
#pragma once

#include <optional>
#include <string>

#include "relay/returnpath/key_ring.h"

namespace waybill::app {

// As below, but a file that is not there is a reason too.
std::optional<relay::returnpath::KeyRing> read_keys(const std::string& path, std::string& why);

// nullopt and why: it cannot be read, others than its owner may read it (mode 0600 is expected), or
// it is not a key file. A file that is not there is made, with one fresh key.
std::optional<relay::returnpath::KeyRing> load_or_make_keys(const std::string& path,
                                                            std::string& why);

// Puts a fresh key in front. Durable, and whole or not at all, when it gives true.
bool rotate_keys(const std::string& path, std::string& why);

}  // namespace waybill::app
