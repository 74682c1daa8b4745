// gzip (RFC 1952), as other people's programs read it. A pure function, any thread.
#pragma once

#include <string>
#include <string_view>

namespace waybill::runtime {

// One member, without a name or a time: the same octets give the same.
std::string gzip(std::string_view octets);

}  // namespace waybill::runtime
