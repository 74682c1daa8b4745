// [tls.report]: the reports about TLS that domains get from us (RFC 8460).

#include "app/config/sections.h"

namespace waybill::app {

namespace {

constexpr std::string_view kAddress = "an address in ASCII such as \"tls@example.org\"";

std::optional<schemas::Address> read_address(TomlReader& reader, std::string_view key) {
  const auto text = reader.text(key);
  if (!text) return std::nullopt;
  auto address = schemas::Address::parse(text->value);
  const bool fits = address && !address->needs_smtputf8() && !address->domain().starts_with('[');
  if (fits) return std::move(*address);
  reader.expected(*text, kAddress);
  return std::nullopt;
}

}  // namespace

void read_tls_report(TomlReader& reader, Config& config) {
  TlsReportConfig& report = config.tls.report;
  report.contact = read_address(reader, "contact");
  report.from = read_address(reader, "from");
  report.organization = config.host_name;
  if (const auto text = reader.text("organization")) report.organization = text->value;
  read_networks(reader, "private_networks", report.private_networks);
  report.enabled = report.contact.has_value();
  const auto enabled = reader.boolean("enabled");
  if (!enabled) return;
  // RFC 8460 4.4: somebody has to answer for what it says.
  if (*enabled && reader.find("contact") == nullptr) {
    reader.expected(*reader.find("enabled"), reader.name("enabled"), "contact beside it");
  }
  report.enabled = report.enabled && *enabled;
}

}  // namespace waybill::app
