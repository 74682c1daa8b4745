// Whether the octets of an Ed25519 key can be trusted with signatures at all. Pure, any thread.
#pragma once

#include <string_view>

namespace waybill::runtime {

// The octets are a point of the curve, written as RFC 8032 5.1.2 writes it and in no second way,
// and are none of the eight points of small order, under which anybody can make a signature of
// anything. A key that was made as RFC 8032 5.1.5 has it passes. Costs some 50 us of a processor.
bool is_ed25519_point(std::string_view octets);

}  // namespace waybill::runtime
