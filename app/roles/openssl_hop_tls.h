// HopTls by OpenSSL.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "app/roles/sts_policies.h"
#include "app/roles/tls_reports.h"
#include "relay/forward/hop_tls.h"
#include "runtime/failure.h"

namespace waybill::app {

struct TlsLevels {
  relay::forward::TlsLevel by_default = relay::forward::TlsLevel::opportunistic;
  std::map<std::string, relay::forward::TlsLevel, std::less<>> by_domain;
};

// `ca_file`: PEM, whom to trust; empty: whom the system trusts. Errc::invalid; the words name the
// file. `policies` outlive it; nullptr: nobody asks for any. `reports`
// outlive it, and count each session.
runtime::Explained<std::unique_ptr<relay::forward::HopTls>> openssl_hop_tls(
    TlsLevels levels, const std::string& ca_file, StsPolicies* policies, TlsReports& reports);

}  // namespace waybill::app
