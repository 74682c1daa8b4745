// Result<T>: what a function gives that the environment may fail. Three kinds of error are never
// mixed (docs/architecture.md): outcomes are data, the environment's failures are Result, with
// words Explained (failure.h), a broken promise aborts (check.h). A code exists only where some
// caller reacts differently to it.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace waybill::runtime {

enum class Errc {
  closed = 1,      // the peer or we ended the connection
  timeout,         // the deadline passed; whether the other side acted is unknown
  refused,         // the peer answered, and the answer was no (RST, ICMP port unreachable)
  unreachable,     // no way to the peer (network, host)
  limit_exceeded,  // a named limit of ours was met
  fenced,          // the journal failed once and accepts nothing more
  log_full,        // the journal's size limit is reached
  no_space,        // the disk has too little room left
  temporary,       // try later: the other side said so (SERVFAIL, busy)
  not_found,       // asked and answered: there is none
  corrupt,         // bytes are not what they must be
  invalid,         // the input breaks its syntax
  locked,          // another process holds the data directory
  would_block,     // not without waiting, and who asked must not wait
  io_error,        // the operating system failed us otherwise
};

const boost::system::error_category& errc_category() noexcept;
boost::system::error_code make_error_code(Errc e) noexcept;

template <class T>
using Result = boost::system::result<T>;

using Error = boost::system::error_code;

// The Errc of an error made here; io_error for codes of other categories.
Errc errc_of(const Error& error) noexcept;

}  // namespace waybill::runtime

template <>
struct boost::system::is_error_code_enum<waybill::runtime::Errc> : std::true_type {};
