#include "http/exposure.h"

namespace waybill::http {

runtime::Explained<void> check_exposure(const runtime::Endpoint& at, Guard guard) {
  if (at.address.is_loopback() || guard == Guard::secret_over_tls) return {};
  return runtime::Failure{
      runtime::Errc::invalid,
      "HTTP listens on loopback addresses only, because nothing here asks who is calling: " +
          to_string(at) +
          " is none. Listen on 127.0.0.1 and put a proxy that authenticates, or an SSH tunnel, in "
          "front of it"};
}

}  // namespace waybill::http
