// Fields: the fields of a message in the order in which they stand (RFC 9110 6.3). Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waybill::http {

// Names and values hold no control octets.
using Fields = std::vector<std::pair<std::string, std::string>>;

// The value of the first field of that name, whatever its case (RFC 9110 5.1); empty: none.
std::string_view find_field(const Fields& fields, std::string_view name);

}  // namespace waybill::http
