#include "app/config/summary.h"

#include "app/config/number_keys.h"

namespace waybill::app {

using schemas::DomainRoutes;
using schemas::ForwardTo;
using schemas::RejectWith;
using schemas::RouteAction;

namespace {

// Column of the values: the longest key ("limits.max_connections_per_client") and a space.
constexpr std::size_t kValueColumn = 34;

void append_line(std::string& out, std::string key, std::string_view value) {
  key.resize(std::max(kValueColumn, key.size() + 1), ' ');
  out.append(key).append(value).append("\n");
}

void append_source(std::string& out, const std::string& key, const relay::forward::Source& source) {
  for (const auto* address : {&source.v4, &source.v6}) {
    if (*address) append_line(out, key, (*address)->to_string());
  }
}

// Those that are not as they come, by name; one that is has nothing to say.
void append_providers(std::string& out, const relay::forward::Providers& providers) {
  const auto known = relay::forward::known_providers();
  for (const auto& [name, provider] : providers) {
    const auto found = known.find(name);
    if (found != known.end() && found->second == provider) continue;
    const std::string rate = provider.rate == 0 ? "no limit" : std::to_string(provider.rate);
    append_line(out, "providers.\"" + name + "\".rate", rate);
    for (const auto& host : provider.hosts)
      append_line(out, "providers.\"" + name + "\".hosts", host);
  }
}

bool says_secret(const std::string& name) {
  return name.find("password") != std::string::npos || name.find("secret") != std::string::npos;
}

std::string plural(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count).append(" ").append(count == 1 ? one : many);
}

std::string catch_all_text(const RouteAction& action) {
  if (const auto* forward = std::get_if<ForwardTo>(&action)) {
    return "forwards to " + plural(forward->targets.size(), "target", "targets");
  }
  if (const auto* reject = std::get_if<RejectWith>(&action)) {
    return "rejects with " + std::to_string(reject->reply.code) + " " + reject->reply.enhanced;
  }
  return "drops";
}

std::string domain_text(const DomainRoutes& domain, bool reaches_postmaster) {
  std::string out = plural(domain.aliases.size(), "alias", "aliases");
  out += domain.catch_all ? ", catch-all " + catch_all_text(*domain.catch_all) : ", no catch-all";
  // RFC 5321 4.5.1: whoever takes mail takes it for postmaster.
  if (!reaches_postmaster) out += ", no postmaster";
  return out;
}

void append_login(std::string& out, const std::string& key, const LoginConfig& login) {
  std::string text = login.user + " by";
  for (const auto mechanism : login.mechanisms) text.append(" ").append(word_of(mechanism));
  append_line(out, key, text + ", secret in " + login.file);
}

void append_smarthost(std::string& out, const relay::forward::Smarthost& smarthost) {
  if (smarthost.host.empty()) return;
  append_line(out, "smarthost.host", smarthost.host);
  for (const std::string& domain : smarthost.except) append_line(out, "smarthost.except", domain);
}

// How connections are protected, and where those to next hops go.
void append_connections(std::string& out, const Config& config) {
  for (const auto& files : config.tls.certificates) {
    append_line(out, "tls.certificate", files.chain);
  }
  if (config.tls.certificates.empty()) append_line(out, "tls.certificate", "of our own making");
  for (const auto& at : config.tls.listen) append_line(out, "tls.listen", to_string(at));
  append_line(out, "tls.to_next_hops", word_of(config.tls.to_next_hops));
  append_line(out, "tls.mta_sts", config.tls.mta_sts ? "followed" : "not asked for");
  const auto& report = config.tls.report;
  append_line(out, "tls.report",
              report.enabled ? "sent, for questions to " + report.contact->text() : "not sent");
  const auto hops = [&](const std::string& domain) {
    const bool smart = domain == config.limits.smarthost.host;
    return smart ? std::string("smarthost") : "next_hops.\"" + domain + "\"";
  };
  for (const auto& [domain, level] : config.tls.by_domain) {
    append_line(out, hops(domain) + ".tls", word_of(level));
  }
  for (const auto& [domain, source] : config.limits.sources.by_domain) {
    append_source(out, hops(domain) + ".source", source);
  }
  for (const auto& [domain, login] : config.logins) {
    append_login(out, hops(domain) + ".user", login);
  }
  append_smarthost(out, config.limits.smarthost);
}

void append_door(std::string& out, const relay::door::DoorSettings& door) {
  for (const auto& network : door.exempt) append_line(out, "door.exempt", to_string(network));
  using relay::door::HeloRule;
  using relay::door::ReverseDns;
  if (door.helo != HeloRule::off) append_line(out, "door.helo", word_of(door.helo));
  if (door.reverse_dns != ReverseDns::off) {
    append_line(out, "door.reverse_dns", word_of(door.reverse_dns));
  }
  if (door.greylist) append_line(out, "door.greylist", "true");
  for (const auto& list : door.lists) {
    std::string text = "weight " + std::to_string(list.weight) + ", listed by";
    for (const auto& listing : list.listings) text += " " + listing.text();
    append_line(out, "door.lists.\"" + list.zone + "\"", text);
  }
}

}  // namespace

std::string summary(const Config& config) {
  std::string out;
  append_line(out, "server.host_name", config.host_name);
  append_line(out, "server.node", config.node);
  if (!config.user.empty()) append_line(out, "server.user", config.user);
  append_line(out, "server.data_dir", config.data_dir);
  append_line(out, "server.key_file", key_file(config));
  append_line(out, "server.dkim_dir", dkim_directory(config));
  for (const auto& at : config.smtp_listen) append_line(out, "server.listen", to_string(at));
  append_source(out, "server.source", config.limits.sources.by_default);
  for (const auto& network : config.limits.proxy_from) {
    append_line(out, "server.proxy_from", to_string(network));
  }
  append_connections(out, config);
  append_providers(out, config.limits.providers);
  append_door(out, config.limits.door);
  if (const auto& spam = config.limits.spam; !spam.url.empty()) {
    append_line(out, "rspamd.url", spam.url);
    append_line(out, "rspamd.on_failure", word_of(spam.on_failure));
  }
  append_line(out, "http.listen",
              to_string(config.http_listen) + (config.http.certificate ? ", by TLS" : ""));
  append_line(out, "http.local", word_of(config.http.local));
  if (!config.http.record_access) append_line(out, "http.record_access", "false");
  for (const std::string& domain : config.http.require_reason) {
    append_line(out, "http.require_reason", domain);
  }
  if (const OidcConfig& oidc = config.http.oidc; !oidc.issuer.empty()) {
    append_line(out, "http.oidc", oidc.issuer + " for " + oidc.audience);
    if (!oidc.client_id.empty()) {
      append_line(out, "http.oidc.client_id", oidc.client_id + " shows its " + token_word(oidc));
    }
  }
  for (const SinkConfig& sink : config.sinks) {
    append_line(out, "sinks." + sink.name,
                std::string(word(sink.format)) + " by " + std::string(word_of(sink.transport)) +
                    " to " + shown_target(sink));
  }
  for (const std::string& server : config.dns_servers) append_line(out, "dns.servers", server);
  if (config.dns_servers.empty()) append_line(out, "dns.servers", "the system's");
  append_line(out, "dns.dnssec",
              config.dnssec ? "validated from " + config.dns_trust_anchor : "not validated");
  if (config.kafka.there) append_line(out, "kafka.bootstrap", config.kafka.settings.bootstrap);
  for (const auto& [name, value] : config.kafka.settings.properties) {
    append_line(out, "kafka.properties." + name, says_secret(name) ? "(not shown)" : value);
  }
  if (config.cluster.listen) append_line(out, "cluster.advertise", config.cluster.advertise);
  for (const NumberKey& number : number_keys()) {
    const bool of_kafka = number.section == "kafka" || number.section == "cluster";
    if (of_kafka && !config.kafka.there) continue;
    if (number.section == "smarthost" && config.limits.smarthost.host.empty()) continue;
    append_line(out, std::string(number.section).append(".").append(number.key),
                number_text(number.quantity, number.get(config)));
  }
  std::size_t aliases = 0;
  std::size_t without_postmaster = 0;
  for (const auto& [name, domain] : config.routes->domains()) {
    const bool reaches_postmaster = config.routes->reaches_postmaster(domain);
    append_line(out, "domains.\"" + name + "\"", domain_text(domain, reaches_postmaster));
    if (!reaches_postmaster) ++without_postmaster;
    aliases += domain.aliases.size();
  }
  const std::size_t domains = config.routes->domains().size();
  out += plural(domains, "domain", "domains") + ", " + plural(aliases, "alias", "aliases");
  out += domains == 0 ? ": every recipient will be refused\n" : "\n";
  if (without_postmaster == 0) return out;
  return out + "Set server.postmaster, an address: " +
         plural(without_postmaster, "domain takes", "domains take") +
         " no mail for postmaster (RFC 5321 4.5.1)\n";
}

}  // namespace waybill::app
