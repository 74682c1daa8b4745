// ProxiedConnection: a connection whose peer is a proxy and whose client is another host, which it
// shows as its remote end. Connection's contract otherwise.
#pragma once

#include <memory>
#include <utility>

#include "runtime/connection.h"

namespace waybill::runtime {

class ProxiedConnection final : public Connection {
 public:
  ProxiedConnection(std::unique_ptr<Connection> below, Endpoint client)
      : below_(std::move(below)), client_(std::move(client)) {}

  Task<Result<std::size_t>> read_some(std::span<char> into, Instant deadline) override {
    return below_->read_some(into, deadline);
  }
  Task<Result<void>> write(std::string_view bytes, Instant deadline) override {
    return below_->write(bytes, deadline);
  }
  void write_last(std::string_view bytes) noexcept override { below_->write_last(bytes); }
  void close() noexcept override { below_->close(); }
  bool quiet() noexcept override { return below_->quiet(); }
  std::optional<TlsFacts> tls() const override { return below_->tls(); }
  const Endpoint& local() const override { return below_->local(); }
  const Endpoint& remote() const override { return client_; }
  Executor executor() const override { return below_->executor(); }

 private:
  std::unique_ptr<Connection> below_;
  const Endpoint client_;
};

}  // namespace waybill::runtime
