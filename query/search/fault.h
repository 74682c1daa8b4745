// Fault: a refusal on its way up, in octets of the clean text, with what would mend it in place.
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <optional>
#include <string>

#include "query/search/refusal.h"

namespace waybill::query::search {

// The text with this in place of the span is worth a try.
struct Repair {
  Span at;
  std::string text;
};

struct Fault {
  Wrong wrong = Wrong::empty;
  std::string words;  // a sentence, with its full stop
  Span at;
  std::optional<Repair> repair;
};

template <class T>
using Read = boost::system::result<T, Fault>;

// Read::value() where there is none; Boost.System finds it by argument-dependent lookup.
[[noreturn]] void throw_exception_from_error(const Fault& fault,
                                             const boost::source_location& where);

}  // namespace waybill::query::search
