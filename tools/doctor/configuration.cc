#include "tools/doctor/configuration.h"

#include <algorithm>

#include "runtime/bound_socket.h"
#include "runtime/secret_file.h"
#include "tools/doctor/wording.h"

namespace waybill::tools::doctor {

namespace {

constexpr std::size_t kMostNamed = 5;

void judge_logins(const app::Config& config, const std::vector<std::string>& unread,
                  Findings& out) {
  for (const std::string& why : unread) {
    out.push_back({Severity::wrong, "next_hops", why + ": a start would be refused",
                   "Write the secret there, mode 0600, for the user who runs Waybill."});
  }
  for (const auto& [domain, login] : config.logins) {
    if (config.tls.by_domain.at(domain) > relay::forward::TlsLevel::required) continue;
    out.push_back({Severity::note, "next_hops",
                   "mail to " + domain +
                       " logs in at whomever it meets: whoever answers in its place has the secret",
                   "Set tls to \"verified\" there, unless its certificate can have no name."});
  }
}

}  // namespace

Findings judge_configuration(const app::Config& config,
                             const std::vector<runtime::IpAddress>& not_ours,
                             const std::vector<std::string>& unread_secrets) {
  Findings out;
  const auto& domains = config.routes->domains();
  std::size_t aliases = 0;
  std::vector<std::string> without_postmaster;
  for (const auto& [name, domain] : domains) {
    aliases += domain.aliases.size();
    // RFC 5321 4.5.1: whoever takes mail for a domain takes it for its postmaster.
    if (!config.routes->reaches_postmaster(domain)) without_postmaster.push_back(name);
  }
  if (domains.empty()) {
    out.push_back({Severity::note, "domains", "there are none: a relay refuses every recipient",
                   "On a relay, add [domains.\"your.example\"] with aliases."});
  } else {
    out.push_back({Severity::fine, "domains",
                   plural(domains.size(), "domain", "domains") + " with " +
                       plural(aliases, "alias", "aliases"),
                   ""});
  }
  if (!without_postmaster.empty()) {
    out.push_back({Severity::note, "postmaster",
                   name_some(without_postmaster, kMostNamed) +
                       (without_postmaster.size() == 1 ? " takes" : " take") +
                       " no mail for postmaster, which RFC 5321 4.5.1 asks for",
                   "Set server.postmaster: it is where others report trouble with your mail."});
  }
  const auto loopback = [](const auto& at) { return at.address.is_loopback(); };
  if (std::all_of(config.smtp_listen.begin(), config.smtp_listen.end(), loopback)) {
    out.push_back({Severity::note, "server.listen",
                   "loopback alone: mail comes from this machine and from nowhere else",
                   "To take mail from outside, listen on an address that the world reaches."});
  }
  for (const auto& address : not_ours) {
    out.push_back({Severity::wrong, "source",
                   address.to_string() + " is no address of this host: mail from there gets 451",
                   "Correct server.source or that of [next_hops], or give the host the address."});
  }
  judge_logins(config, unread_secrets, out);
  if (config.kafka.there && config.kafka.replication < 2) {
    out.push_back({Severity::note, "kafka.replication",
                   "1: the log is gone when its broker's disk is",
                   "With three brokers, set 3 before the topics are made."});
  }
  return out;
}

std::vector<std::string> unread_secrets(const app::Config& config) {
  std::vector<std::string> out;
  for (const auto& [domain, login] : config.logins) {
    const auto secret = runtime::read_secret_line(login.file, relay::smtp::kMaxAuthSecret);
    if (!secret && std::find(out.begin(), out.end(), secret.error().why) == out.end()) {
      out.push_back(secret.error().why);
    }
  }
  return out;
}

std::vector<runtime::IpAddress> sources_not_ours(const app::Config& config) {
  std::vector<runtime::IpAddress> out;
  for (const auto& address : config.limits.sources.all()) {
    if (!runtime::is_own_address(address)) out.push_back(address);
  }
  return out;
}

}  // namespace waybill::tools::doctor
