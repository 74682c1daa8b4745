// Base64 of RFC 4648 4, in one line and padded. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace waybill::runtime {

std::string encode_base64(std::string_view octets);

}  // namespace waybill::runtime
