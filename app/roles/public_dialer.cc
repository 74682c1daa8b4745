#include "app/roles/public_dialer.h"

#include <algorithm>

namespace waybill::app {

using runtime::Connection;
using runtime::Instant;
using runtime::Result;
using runtime::Task;

// A connection that end() finds.
class PublicDialer::Tracked final : public Connection {
 public:
  Tracked(std::unique_ptr<Connection> below, std::set<Connection*>& open)
      : below_(std::move(below)), open_(open) {
    open_.insert(this);
  }
  ~Tracked() override { open_.erase(this); }

  Task<Result<std::size_t>> read_some(std::span<char> into, Instant deadline) override {
    return below_->read_some(into, deadline);
  }
  Task<Result<void>> write(std::string_view bytes, Instant deadline) override {
    return below_->write(bytes, deadline);
  }
  void write_last(std::string_view bytes) noexcept override { below_->write_last(bytes); }
  void close() noexcept override { below_->close(); }
  bool quiet() noexcept override { return below_->quiet(); }
  std::optional<runtime::TlsFacts> tls() const override { return below_->tls(); }
  const runtime::Endpoint& local() const override { return below_->local(); }
  const runtime::Endpoint& remote() const override { return below_->remote(); }
  runtime::Executor executor() const override { return below_->executor(); }

 private:
  std::unique_ptr<Connection> below_;
  std::set<Connection*>& open_;
};

bool PublicDialer::may_dial(const runtime::IpAddress& address) const {
  const runtime::IpAddress plain = runtime::unmapped(address);
  return runtime::is_public(plain) ||
         std::any_of(besides_.begin(), besides_.end(),
                     [&](const auto& network) { return network.holds(plain); });
}

Task<Result<std::unique_ptr<Connection>>> PublicDialer::dial(
    runtime::Endpoint to, Instant deadline, std::optional<runtime::IpAddress> from) {
  if (ended_ || !may_dial(to.address)) co_return make_error_code(runtime::Errc::refused);
  const Instant soon = runtime::sooner(deadline, clock_.now() + kPublicDialTimeout);
  auto dialled = co_await below_.dial(to, soon, from);
  if (!dialled) co_return dialled.error();
  if (ended_) co_return make_error_code(runtime::Errc::refused);
  std::unique_ptr<Connection> tracked = std::make_unique<Tracked>(std::move(*dialled), open_);
  co_return tracked;
}

void PublicDialer::end() {
  ended_ = true;
  for (Connection* const one : open_) one->close();
}

}  // namespace waybill::app
