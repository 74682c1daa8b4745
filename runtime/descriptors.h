// Descriptors: how many files and sockets this process may have open at once.
#pragma once

#include <cstdint>

namespace waybill::runtime {

// Raises the soft limit to the hard one (setrlimit(2), RLIMIT_NOFILE): the soft one is low for the
// sake of programs that use select(2), and we are none. Gives the limit that then holds.
std::uint64_t raise_descriptor_limit();

// The limit that holds.
std::uint64_t descriptor_limit();

}  // namespace waybill::runtime
