#include "runtime/failure.h"

#include <boost/system/system_error.hpp>
#include <boost/throw_exception.hpp>

namespace waybill::runtime {
namespace {

std::string joined(std::string_view place, std::string_view words) {
  std::string out(place);
  out += ": ";
  out += words;
  return out;
}

}  // namespace

Failure Failure::in(std::string_view place) const { return {code, joined(place, why)}; }

Failure explain(const Error& error) { return {errc_of(error), error.message()}; }

Failure explain(const Error& error, std::string_view what) {
  return {errc_of(error), joined(what, error.message())};
}

void throw_exception_from_error(const Failure& failure, const boost::source_location& where) {
  boost::throw_with_location(
      boost::system::system_error(make_error_code(failure.code), failure.why), where);
}

}  // namespace waybill::runtime
