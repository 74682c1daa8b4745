// xtext (RFC 3461 4): how ENVID and ORCPT carry any octets in a command. Pure function, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waybill::relay::returnpath {

// nullopt: it is no xtext, or what it decodes to is not printable US-ASCII, which RFC 3461 4.4 asks
// of it: a line end in it would end the field that it goes to.
std::optional<std::string> decode_xtext(std::string_view text);

// An ORCPT with its address decoded: "rfc822;buzz+x@b.example". Empty where it is none.
std::string decode_orcpt(std::string_view orcpt);

}  // namespace waybill::relay::returnpath
