#include "app/roles/openssl_hop_tls.h"

#include "runtime/asio_tls.h"

namespace waybill::app {

using relay::forward::HopTls;
using relay::forward::Protection;
using relay::forward::TlsLevel;
using runtime::Connection;
using runtime::Explained;
using runtime::TlsConnection;
using runtime::TlsContext;

namespace {

class OpenSslHopTls final : public HopTls {
 public:
  OpenSslHopTls(TlsLevels levels, TlsContext anybody, TlsContext trusted, StsPolicies* policies,
                TlsReports& reports)
      : levels_(std::move(levels)),
        anybody_(std::move(anybody)),
        trusted_(std::move(trusted)),
        policies_(policies),
        reports_(reports) {}

  TlsLevel level_of(std::string_view domain) const override {
    const auto found = levels_.by_domain.find(domain);
    return found == levels_.by_domain.end() ? levels_.by_default : found->second;
  }

  runtime::Task<relay::sts::Policy> policy_of(std::string domain, runtime::dns::Resolver& resolver,
                                              runtime::Clock& clock,
                                              runtime::Instant deadline) const override {
    if (policies_ == nullptr) co_return relay::sts::Policy();
    co_return co_await policies_->policy_of(std::move(domain), resolver, clock, deadline);
  }

  void count_missed() const override {
    if (policies_ != nullptr) policies_->count_missed();
  }

  void count_session(const relay::tlsrpt::Session& session) const override {
    reports_.count(session);
  }

  std::unique_ptr<TlsConnection> secure(std::unique_ptr<Connection> connection,
                                        const Protection& how) const override {
    if (how.level == TlsLevel::dane) {
      return runtime::tls_client(std::move(connection), by_dane_, how.dane);
    }
    const TlsContext& context = how.level == TlsLevel::verified ? trusted_ : anybody_;
    return runtime::tls_client(std::move(connection), context, how.host);
  }

 private:
  const TlsLevels levels_;
  const TlsContext anybody_;
  const TlsContext trusted_;
  const TlsContext by_dane_ = TlsContext::client_by_dane();
  StsPolicies* const policies_;
  TlsReports& reports_;
};

}  // namespace

Explained<std::unique_ptr<HopTls>> openssl_hop_tls(TlsLevels levels, const std::string& ca_file,
                                                   StsPolicies* policies, TlsReports& reports) {
  auto anybody = TlsContext::client_of_anybody(ca_file);
  if (!anybody) return anybody.error();
  auto trusted = TlsContext::client(ca_file);
  if (!trusted) return trusted.error();
  return std::unique_ptr<HopTls>(std::make_unique<OpenSslHopTls>(
      std::move(levels), std::move(*anybody), std::move(*trusted), policies, reports));
}

}  // namespace waybill::app
