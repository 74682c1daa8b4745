// Failure: an error with words. The code is for the caller that reacts to it, the words are for the
// person who reads them. Explained<T> is a Result<T> whose error is a Failure; a plain Result<T> is
// for errors that its callers know better words for.
//
//   if (auto opened = open(); !opened) return opened.error();                  // passed on
//   return explain(progress.error(), directory + " does not say where it stands");
#pragma once

#include <boost/assert/source_location.hpp>
#include <string>
#include <string_view>

#include "runtime/result.h"

namespace waybill::runtime {

struct Failure {
  Errc code = Errc::io_error;
  // What is wrong, and where it helps what to do. No capital at its beginning and no full stop at
  // its end, for it may stand behind a name and a colon.
  std::string why;

  // The same with a place in front: "keys: line 3: expected ...".
  Failure in(std::string_view place) const;

  friend bool operator==(const Failure& failure, Errc wanted) { return failure.code == wanted; }
};

// Where it has a value its error() is a Failure without words.
template <class T>
using Explained = boost::system::result<T, Failure>;

// An error from where there are no words. With `what` in front: "cannot write x: corrupt data".
Failure explain(const Error& error);
Failure explain(const Error& error, std::string_view what);

// Explained::value() where there is none; Boost.System finds it by argument-dependent lookup.
[[noreturn]] void throw_exception_from_error(const Failure& failure,
                                             const boost::source_location& where);

}  // namespace waybill::runtime
