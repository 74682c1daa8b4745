#include "runtime/current_tls.h"

#include "runtime/asio_tls.h"
#include "runtime/check.h"

namespace waybill::runtime {

void CurrentTls::set(TlsContext context) {
  const MutexLock lock(mutex_);
  context_.emplace(std::move(context));
}

bool CurrentTls::ready() const {
  const MutexLock lock(mutex_);
  return context_.has_value();
}

std::unique_ptr<TlsConnection> CurrentTls::secure(std::unique_ptr<Connection> connection) const {
  const MutexLock lock(mutex_);
  check(context_.has_value(), "there is a certificate");
  return tls_server(std::move(connection), *context_);
}

}  // namespace waybill::runtime
