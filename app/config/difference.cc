// difference: the settings that a reload cannot put in force.

#include "app/config/config.h"
#include "app/config/number_keys.h"

namespace waybill::app {
namespace {

class Differences {
 public:
  void note(std::string_view section, std::string_view key, bool same) {
    if (same) return;
    if (!text_.empty()) text_ += ", ";
    text_.append(section).append(".").append(key);
  }

  std::string text() && { return text_.empty() ? "nothing" : std::move(text_); }

 private:
  std::string text_;
};

void note_providers(Differences& out, const relay::forward::Providers& before,
                    const relay::forward::Providers& after) {
  for (const auto& [name, provider] : after) {
    const auto found = before.find(name);
    out.note("providers", name, found != before.end() && found->second == provider);
  }
  for (const auto& [name, provider] : before) out.note("providers", name, after.contains(name));
}

}  // namespace

std::string describe_difference(const Config& before, const Config& after) {
  Differences out;
  out.note("server", "host_name", before.host_name == after.host_name);
  out.note("server", "node", before.node == after.node);
  out.note("server", "user", before.user == after.user);
  out.note("server", "data_dir", before.data_dir == after.data_dir);
  out.note("server", "key_file", before.key_file == after.key_file);
  out.note("server", "dkim_dir", before.dkim_dir == after.dkim_dir);
  out.note("server", "listen", before.smtp_listen == after.smtp_listen);
  out.note("server", "proxy_from", before.limits.proxy_from == after.limits.proxy_from);
  out.note("server", "log_level", before.log_level == after.log_level);
  out.note("server", "log_format", before.log_format == after.log_format);
  out.note("server", "log_transactions",
           before.limits.log_transactions == after.limits.log_transactions);
  for (const NumberKey& number : number_keys()) {
    out.note(number.section, number.key, number.get(before) == number.get(after));
  }
  out.note("http", "listen", before.http_listen == after.http_listen);
  out.note("http", "local", before.http.local == after.http.local);
  out.note("http", "certificate", before.http.certificate == after.http.certificate);
  out.note("http", "record_access", before.http.record_access == after.http.record_access);
  out.note("http", "require_reason", before.http.require_reason == after.http.require_reason);
  out.note("http", "oidc", before.http.oidc == after.http.oidc);
  const KafkaConfig& kafka = before.kafka;
  const auto& settings = kafka.settings;
  out.note("kafka", "bootstrap", settings.bootstrap == after.kafka.settings.bootstrap);
  out.note("kafka", "ack", kafka.ack == after.kafka.ack);
  out.note("kafka", "properties", settings.properties == after.kafka.settings.properties);
  const ClusterConfig& cluster = before.cluster;
  out.note("cluster", "listen", cluster.listen == after.cluster.listen);
  out.note("cluster", "advertise", cluster.advertise == after.cluster.advertise);
  out.note("cluster", "secret_file", cluster.secret_file == after.cluster.secret_file);
  out.note("cluster", "certificate", cluster.certificate == after.cluster.certificate);
  out.note("cluster", "key", cluster.key == after.cluster.key);
  out.note("cluster", "ca", cluster.ca == after.cluster.ca);
  const auto& door = before.limits.door;
  const auto& door_after = after.limits.door;
  out.note("door", "exempt", door.exempt == door_after.exempt);
  out.note("door", "helo", door.helo == door_after.helo);
  out.note("door", "reverse_dns", door.reverse_dns == door_after.reverse_dns);
  out.note("door", "greylist", door.greylist == door_after.greylist);
  out.note("door", "lists", door.lists == door_after.lists);
  const auto& spam = before.limits.spam;
  out.note("rspamd", "url", spam.url == after.limits.spam.url);
  out.note("rspamd", "on_failure", spam.on_failure == after.limits.spam.on_failure);
  out.note("rspamd", "header_fields", spam.header_fields == after.limits.spam.header_fields);
  const TlsConfig& tls = before.tls;
  out.note("tls", "certificate", tls.certificates == after.tls.certificates);
  out.note("tls", "listen", tls.listen == after.tls.listen);
  out.note("tls", "to_next_hops", tls.to_next_hops == after.tls.to_next_hops);
  out.note("tls", "ca", tls.ca == after.tls.ca);
  out.note("tls", "mta_sts", tls.mta_sts == after.tls.mta_sts);
  out.note("tls", "report", tls.report == after.tls.report);
  out.note("next_hops", "tls", tls.by_domain == after.tls.by_domain);
  out.note("next_hops", "user", before.logins == after.logins);
  const auto& smarthost = before.limits.smarthost;
  out.note("smarthost", "host", smarthost.host == after.limits.smarthost.host);
  out.note("smarthost", "except", smarthost.except == after.limits.smarthost.except);
  const auto& sources = before.limits.sources;
  out.note("server", "source", sources.by_default == after.limits.sources.by_default);
  out.note("next_hops", "source", sources.by_domain == after.limits.sources.by_domain);
  note_providers(out, before.limits.providers, after.limits.providers);
  out.note("dns", "servers", before.dns_servers == after.dns_servers);
  out.note("dns", "dnssec", before.dnssec == after.dnssec);
  out.note("dns", "trust_anchor", before.dns_trust_anchor == after.dns_trust_anchor);
  return std::move(out).text();
}

}  // namespace waybill::app
