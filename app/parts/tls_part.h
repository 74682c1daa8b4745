// TLS of this process's relay: the certificate that it shows, and how it speaks to next hops.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "app/parts/dkim_part.h"
#include "app/process/process.h"
#include "app/roles/shown_certificates.h"
#include "app/roles/sts_policies.h"
#include "app/roles/tls_reports.h"
#include "relay/forward/hop_tls.h"

namespace waybill::app {

// The certificates in force: those of the configuration, or the one that Waybill made for itself.
std::vector<runtime::CertificateFiles> certificate_files(const Config& config);

class TlsPart final : public Part {
 public:
  TlsPart(Process& process, DkimPart& dkim) : process_(process), dkim_(dkim) {}

  const runtime::TlsServer& server() const { return *server_; }
  const relay::forward::HopTls& next_hops() const { return *next_hops_; }

  std::string_view name() const override { return "tls"; }
  // Where the configuration has no certificate one is made, once: STARTTLS is always offered.
  runtime::Explained<void> start() override;
  // What is in the files is read again; which files they are is fixed for the life of a process.
  runtime::Explained<Change> reload(const Config&) override;
  // A certificate that was renewed is taken up by itself, policies that were fetched (MTA-STS) are
  // kept, and reports that are due are sent.
  void tick() override;
  // Reports that are on their way are broken off.
  void stopped() override;

 private:
  runtime::Explained<void> make_own() const;
  runtime::Explained<std::unique_ptr<StsPolicies>> start_policies(const Config& config);
  runtime::Explained<std::unique_ptr<TlsReports>> start_reports(const Config& config);

  Process& process_;
  DkimPart& dkim_;
  std::optional<ShownCertificates> shown_;
  std::shared_ptr<const runtime::CurrentTls> server_;
  std::unique_ptr<StsPolicies> policies_;  // nullptr: nobody asks for any
  std::unique_ptr<TlsReports> reports_;
  std::unique_ptr<relay::forward::HopTls> next_hops_;
};

}  // namespace waybill::app
