// The parameter XASKED of MAIL: for which addresses a server is asked at this moment.
//
// A forwarder that asks its next hop at RCPT is itself asked by it, if that one forwards back: such
// a loop has no header yet in which Received fields could be counted. XASKED carries what they
// would: each server that forwards adds the mark of the address that it was asked for, and one that
// is asked for an address whose mark is there is asked by itself (docs/decisions/0011). Said only
// to servers that announce it. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace waybill::relay::smtp {

// Octets of a mark: of an address's SHA-256 the first 64 bits, in hexadecimal.
inline constexpr std::size_t kAskedMark = 16;
// Marks in one MAIL. No honest mail is forwarded as often while its sender waits.
inline constexpr std::size_t kMaxAsked = 10;

// Marks, a comma between two; at most kMaxAsked.
bool is_asked(std::string_view value);

// `asked` with the mark of that address added. It has room.
std::string with_asked(std::string asked, std::string_view address);

// The address is being asked for already, or more addresses than kMaxAsked would be.
bool asks_again(std::string_view asked, std::string_view address);

}  // namespace waybill::relay::smtp
