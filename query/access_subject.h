// What somebody asked about, as records of who asked have it, so that it is found by all spellings
// that mean the same. Pure.
#pragma once

#include <string>
#include <string_view>

namespace waybill::query {

// Octets of a subject on record.
inline constexpr std::size_t kMostSubject = 320;

// An address in lower case with its domain in A-labels, without a port and a tag; an IP address as
// RFC 5952 has it; a Message-ID bare; anything else as it is, cut at kMostSubject.
std::string access_subject(std::string_view text);

}  // namespace waybill::query
