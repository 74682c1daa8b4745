// Base64url of RFC 4648 5, without padding. Decoding takes exactly what encoding gives: no padding,
// no line breaks, no other alphabet, no stray bits at the end, so that one value has one text.
#pragma once

#include <string>
#include <string_view>

#include "runtime/result.h"

namespace waybill::runtime {

std::string to_base64url(std::string_view octets);

// Errc::invalid.
Result<std::string> from_base64url(std::string_view text);

}  // namespace waybill::runtime
