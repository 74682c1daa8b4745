#include "http/exposure.h"

namespace waybill::http {

runtime::Result<void> check_exposure(const runtime::Endpoint& at, Guard guard, std::string& why) {
  if (at.address.is_loopback() || guard == Guard::secret_over_tls) return {};
  why = "HTTP listens on loopback addresses only, because nothing here asks who is calling: " +
        to_string(at) +
        " is none. Listen on 127.0.0.1 and put a proxy that authenticates, or an SSH tunnel, in "
        "front of it";
  return make_error_code(runtime::Errc::invalid);
}

}  // namespace waybill::http
