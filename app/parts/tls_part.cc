#include "app/parts/tls_part.h"

#include "app/roles/openssl_hop_tls.h"
#include "runtime/clock.h"
#include "runtime/durable_file.h"
#include "runtime/log.h"
#include "runtime/self_signed.h"

namespace waybill::app {

namespace fs = std::filesystem;
using runtime::CertificateFiles;
using runtime::Explained;
using runtime::Level;
using runtime::TlsContext;

namespace {

CertificateFiles own_files(const Config& config) {
  return {config.data_dir + "/tls/self_signed.pem", config.data_dir + "/tls/self_signed.key"};
}

}  // namespace

std::vector<CertificateFiles> certificate_files(const Config& config) {
  if (!config.tls.certificates.empty()) return config.tls.certificates;
  return {own_files(config)};
}

Explained<void> TlsPart::start() {
  const Config& config = process_.config();
  if (config.tls.certificates.empty()) {
    if (const auto made = make_own(); !made) return made;
  }
  shown_.emplace(certificate_files(config), process_.clock());
  if (auto read = shown_->read(); !read) return read;
  server_ = shown_->server();
  if (config.tls.mta_sts) {
    auto policies = start_policies(config);
    if (!policies) return policies.error();
    policies_ = std::move(*policies);
  }
  auto reports = start_reports(config);
  if (!reports) return reports.error();
  reports_ = std::move(*reports);
  auto next_hops = openssl_hop_tls({config.tls.to_next_hops, config.tls.by_domain}, config.tls.ca,
                                   policies_.get(), *reports_);
  if (!next_hops) return next_hops.error();
  next_hops_ = std::move(*next_hops);
  return {};
}

Explained<std::unique_ptr<StsPolicies>> TlsPart::start_policies(const Config& config) {
  auto trust = TlsContext::client(config.tls.ca);
  if (!trust) return trust.error();
  StsSettings settings;
  settings.file = config.data_dir + "/mta_sts.policies";
  settings.dns.forward_to = config.dns_servers;
  if (config.dnssec) settings.dns.trust_anchor_file = config.dns_trust_anchor;
  return StsPolicies::start(std::move(settings), std::move(*trust), process_.clock(),
                            process_.metrics());
}

Explained<std::unique_ptr<TlsReports>> TlsPart::start_reports(const Config& config) {
  const TlsReportConfig& report = config.tls.report;
  TlsReportSettings settings;
  if (report.enabled) {
    settings.reporter = {report.organization, report.contact->text(),
                         report.from.value_or(*report.contact)};
  }
  settings.file = config.data_dir + "/tls_reports.days";
  settings.ca_file = config.tls.ca;
  settings.besides = report.private_networks;
  settings.dns_servers = config.dns_servers;
  settings.host_name = config.host_name;
  settings.next_hop_port = config.limits.next_hop_port;
  settings.sources = config.limits.sources;
  return TlsReports::start(std::move(settings), dkim_.keys(), process_.clock(), process_.metrics());
}

// If the process ends between the two files the next start finds one alone, and makes both.
Explained<void> TlsPart::make_own() const {
  const CertificateFiles files = own_files(process_.config());
  std::error_code error;
  if (fs::exists(files.chain, error) && fs::exists(files.key, error)) return {};
  fs::create_directories(fs::path(files.chain).parent_path(), error);
  if (error) return runtime::explain(error, "cannot create the directory of " + files.chain);
  const runtime::SelfSigned made =
      runtime::make_self_signed(process_.config().host_name, process_.clock().wall());
  if (const auto wrote = runtime::replace_file(files.key, made.key); !wrote) return wrote;
  if (const auto wrote = runtime::replace_file(files.chain, made.chain); !wrote) return wrote;
  log(Level::info, "app",
      "a certificate of our own making is shown, which nobody vouches for: set tls.certificate and "
      "tls.key",
      {{"file", files.chain}});
  return {};
}

// A certificate that is being renewed is no reason to refuse the rest of a reload.
Explained<Change> TlsPart::reload(const Config&) {
  return Change([this] { shown_->read_again(); });
}

// The keys that reports are signed with are another part's.
void TlsPart::stopped() {
  next_hops_.reset();
  reports_.reset();
}

void TlsPart::tick() {
  if (policies_) policies_->tick();
  reports_->tick();
  shown_->tick();
}

}  // namespace waybill::app
