#include "http/exposure.h"

namespace waybill::http {

runtime::Explained<void> check_exposure(const runtime::Endpoint& at, Guard guard) {
  if (at.address.is_loopback() || guard == Guard::credentials_over_tls) return {};
  return runtime::Failure{
      runtime::Errc::invalid,
      "HTTP listens on loopback addresses only, as long as what crosses it is in clear: " +
          to_string(at) +
          " is none. Set a certificate and its key beside it, or listen on 127.0.0.1"};
}

}  // namespace waybill::http
