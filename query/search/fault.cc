#include "query/search/fault.h"

#include "runtime/check.h"

namespace waybill::query::search {

void throw_exception_from_error(const Fault&, const boost::source_location& where) {
  runtime::broken_promise("a refused text is asked for its fault alone", where.file_name(),
                          static_cast<int>(where.line()));
}

}  // namespace waybill::query::search
