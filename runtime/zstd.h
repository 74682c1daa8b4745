// Zstandard (RFC 8878), as other people's programs read it, browsers too: a window is 2 MiB at
// most, where RFC 9659 lets a content coding have 8 MiB. A pure function, any thread.
#pragma once

#include <string>
#include <string_view>

namespace waybill::runtime {

// One frame, with the length of its content and a checksum: the same octets give the same.
std::string zstd(std::string_view octets);

}  // namespace waybill::runtime
