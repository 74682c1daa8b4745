// Words for what is refused of tokens and key sets, fit for a log: the sender of a token has chosen
// what is in it. Pure, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace waybill::control {

// Octets that are shown of one piece: an issuer is a URL, and few are longer.
inline constexpr std::size_t kMostQuoted = 120;

// In quotation marks, free of controls and cut to kMostQuoted, with "..." where it was.
std::string quoted(std::string_view text);

// Errc::invalid.
runtime::Failure refused(std::string why);

}  // namespace waybill::control
