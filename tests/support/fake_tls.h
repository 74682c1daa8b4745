// FakeTls: HopTls without cryptography, for scripted hops: what is said stays as it is, and the
// connection says that it is protected. Handshakes fail where the test says so.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "relay/forward/hop_tls.h"

namespace waybill::tests {

// What passes stays as it is.
class PlainTls final : public runtime::TlsConnection {
 public:
  PlainTls(std::unique_ptr<runtime::Connection> below, std::string host, std::string by,
           std::string failure)
      : below_(std::move(below)),
        host_(std::move(host)),
        by_(std::move(by)),
        failure_(std::move(failure)) {}

  runtime::Task<runtime::Explained<void>> shake_hands(runtime::Instant) override {
    shaken_ = failure_.empty();
    if (shaken_) co_return runtime::Explained<void>();
    below_->close();
    co_return runtime::Failure{runtime::Errc::refused, failure_};
  }
  runtime::Task<runtime::Result<std::size_t>> read_some(std::span<char> into,
                                                        runtime::Instant deadline) override {
    co_return co_await below_->read_some(into, deadline);
  }
  runtime::Task<runtime::Result<void>> write(std::string_view bytes,
                                             runtime::Instant deadline) override {
    co_return co_await below_->write(bytes, deadline);
  }
  void close() noexcept override { below_->close(); }
  bool quiet() noexcept override { return below_->quiet(); }
  std::optional<runtime::TlsFacts> tls() const override {
    if (!shaken_) return std::nullopt;
    return runtime::TlsFacts{"TLSv1.3", "TLS_FAKE", by_.empty() ? "" : host_, by_};
  }
  const runtime::Endpoint& local() const override { return below_->local(); }
  const runtime::Endpoint& remote() const override { return below_->remote(); }
  runtime::Executor executor() const override { return below_->executor(); }

 private:
  std::unique_ptr<runtime::Connection> below_;
  const std::string host_;
  const std::string by_;
  const std::string failure_;
  bool shaken_ = false;
};

class FakeTls final : public relay::forward::HopTls {
 public:
  using TlsLevel = relay::forward::TlsLevel;

  TlsLevel level_of(std::string_view domain) const override {
    const auto found = levels.find(domain);
    return found == levels.end() ? TlsLevel::none : found->second;
  }

  runtime::Task<relay::sts::Policy> policy_of(std::string domain, runtime::dns::Resolver&,
                                              runtime::Clock&, runtime::Instant) const override {
    const auto found = policies.find(domain);
    co_return found == policies.end() ? relay::sts::Policy() : found->second;
  }
  void count_missed() const override { ++missed; }
  void count_session(const relay::tlsrpt::Session& session) const override {
    sessions.push_back(session);
  }

  std::unique_ptr<runtime::TlsConnection> secure(
      std::unique_ptr<runtime::Connection> connection,
      const relay::forward::Protection& how) const override {
    const char* const by = how.level == TlsLevel::dane                  ? "dane-ee"
                           : trusted || how.level == TlsLevel::verified ? "pkix"
                                                                        : "";
    return std::make_unique<PlainTls>(std::move(connection), how.host, by, failure);
  }

  std::map<std::string, TlsLevel, std::less<>> levels;
  std::map<std::string, relay::sts::Policy, std::less<>> policies;
  mutable int missed = 0;
  mutable std::vector<relay::tlsrpt::Session> sessions;
  std::string failure;   // of every handshake
  bool trusted = false;  // each certificate is, also where nobody asks for that
};

// A server without a certificate.
class NoTlsServer final : public runtime::TlsServer {
 public:
  bool ready() const override { return false; }
  std::unique_ptr<runtime::TlsConnection> secure(
      std::unique_ptr<runtime::Connection>) const override {
    return nullptr;
  }
};

// STARTTLS is not offered; who begins with TLS is served.
class FakeTlsServer final : public runtime::TlsServer {
 public:
  bool ready() const override { return false; }
  std::unique_ptr<runtime::TlsConnection> secure(
      std::unique_ptr<runtime::Connection> connection) const override {
    return std::make_unique<PlainTls>(std::move(connection), "", "", "");
  }
};

}  // namespace waybill::tests
