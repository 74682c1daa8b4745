// Packing: answers in the coding that their clients read, made where the answer is made, on a
// worker. Small ones go as they are: a packed one saves no packet of the network.
#pragma once

#include <string_view>

#include "http/handler.h"

namespace waybill::http {

inline constexpr std::size_t kWorthPacking = 1 << 10;  // octets of a body

// Whether answers of a client that says so are packed.
bool reads_packed(std::string_view accept_encoding);

// An answer that is not packed, though for another client it would be.
std::optional<Answer> told_apart(std::optional<Answer> answer);

// What it reads goes out as gzip where `accept_encoding` takes that (RFC 9110 12.5.3, 8.4).
Read packed(Read read, std::string_view accept_encoding);

}  // namespace waybill::http
