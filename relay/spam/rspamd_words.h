// What is said to rspamd and what it says: the head of a question to /checkv2, and its answer.
// Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "relay/spam/spam_filter.h"
#include "runtime/failure.h"
#include "runtime/http_base.h"

namespace waybill::relay::spam {

// Symbols of a judgement that are kept: each is in an event.
inline constexpr std::size_t kMostSymbols = 50;
inline constexpr std::size_t kMostFields = 20;
inline constexpr std::size_t kMaxFieldOctets = 4096;

// The request line and the header, up to the empty line; `octets` of message follow. Control octets
// of values become spaces.
std::string question_head(const Question& question, const runtime::HttpBase& base,
                          std::uint64_t octets);

// "name: value" with its line ends, folded so that no line passes 998 octets (RFC 5322 2.1.1); a
// word that is longer is cut.
std::string field_text(std::string_view name, std::string_view value);

// Errc::corrupt: it is no such answer. Its words are one line of printable ASCII each.
runtime::Explained<Judgement> read_answer(std::string_view json);

}  // namespace waybill::relay::spam
