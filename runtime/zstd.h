// Zstandard (RFC 8878), as other people's programs read it. A pure function, any thread.
#pragma once

#include <string>
#include <string_view>

namespace waybill::runtime {

// One frame, with the length of its content and a checksum: the same octets give the same.
std::string zstd(std::string_view octets);

}  // namespace waybill::runtime
