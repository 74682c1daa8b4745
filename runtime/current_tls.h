// CurrentTls: what a server shows of TLS now. A reload, or a certificate that was renewed, swaps
// it; connections that began with the old one go on with it.
#pragma once

#include <optional>

#include "runtime/mutex.h"
#include "runtime/tls_connection.h"
#include "runtime/tls_engine.h"

namespace waybill::runtime {

// Any thread.
class CurrentTls final : public TlsServer {
 public:
  void set(TlsContext context);
  bool ready() const override;
  std::unique_ptr<TlsConnection> secure(std::unique_ptr<Connection> connection) const override;

 private:
  mutable Mutex mutex_;
  std::optional<TlsContext> context_ WAYBILL_GUARDED_BY(mutex_);
};

}  // namespace waybill::runtime
