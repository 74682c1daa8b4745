// waybill check: reads the configuration and says what it means, or all that is wrong with it.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "app/config/config.h"
#include "app/config/summary.h"
#include "app/dkim/key_directory.h"
#include "app/subcommands.h"
#include "runtime/asio_clock.h"
#include "runtime/bound_socket.h"
#include "runtime/certificate.h"
#include "runtime/secret_file.h"
#include "runtime/tls_engine.h"
#include "schemas/event.h"

namespace waybill::app {
namespace {

// What a start does with the DKIM keys.
int check_dkim(const Config& config) {
  int code = kExitOk;
  for (const auto& [name, domain] : config.routes->domains()) {
    const auto keys = read_signing_keys(dkim_directory(config), name);
    if (!keys) {
      std::fprintf(stderr, "%s\n", keys.error().why.c_str());
      code = kExitEnvironment;
      continue;
    }
    for (const auto& key : *keys) {
      std::printf("%s signs with %s\n", name.c_str(), key.record_name().c_str());
    }
    const auto files = dkim_key_files(dkim_directory(config), name);
    const bool waits = files && std::any_of(files->begin(), files->end(), [](const auto& file) {
                         return file.use == DkimUse::next;
                       });
    if (waits) {
      std::printf("%s has a key that waits: waybill keys dkim %s --activate, once DNS has it\n",
                  name.c_str(), name.c_str());
    } else if (keys->empty() && domain.sign_forwarded) {
      std::printf("%s has sign_forwarded and no key: waybill keys dkim %s\n", name.c_str(),
                  name.c_str());
    }
  }
  return code;
}

// What a start does with the secrets of logins at next hops; nothing of them is shown.
int check_logins(const Config& config) {
  int code = kExitOk;
  for (const auto& [domain, login] : config.logins) {
    const auto secret = runtime::read_secret_line(login.file, relay::smtp::kMaxAuthSecret);
    if (secret) continue;
    std::fprintf(stderr, "%s\n", secret.error().why.c_str());
    code = kExitEnvironment;
  }
  return code;
}

// What a start does with the certificates: each pair is read as it will be shown.
int check_certificates(const Config& config) {
  int code = kExitOk;
  for (const auto& files : config.tls.certificates) {
    const auto context = runtime::TlsContext::server(files.chain, files.key);
    if (!context) {
      std::fprintf(stderr, "%s\n", context.error().why.c_str());
      code = kExitEnvironment;
      continue;
    }
    const auto valid = runtime::certificate_validity(files.chain);
    if (!valid) continue;
    const bool ended = valid->to <= runtime::AsioClock().wall();
    std::printf("%s %s %s\n", files.chain.c_str(), ended ? "ended at" : "holds until",
                schemas::rfc3339(valid->to).c_str());
  }
  return code;
}

// Whether answers come that it fits, `waybill doctor` asks.
bool has_trust_anchor(const Config& config) {
  if (!config.dnssec || ::access(config.dns_trust_anchor.c_str(), R_OK) == 0) return true;
  std::fprintf(stderr, "dns.trust_anchor: %s cannot be read: a start would be refused\n",
               config.dns_trust_anchor.c_str());
  return false;
}

int check_file(const std::string& file) {
  const Loaded loaded = load_config(file);
  if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
    for (const Complaint& complaint : *complaints) {
      std::fprintf(stderr, "%s\n", to_string(complaint, file).c_str());
    }
    return kExitUsage;
  }
  const Config& config = std::get<Config>(loaded);
  std::fputs(summary(config).c_str(), stdout);
  // On the machine itself it is a fault; a file may be checked elsewhere.
  for (const auto& address : config.limits.sources.all()) {
    if (runtime::is_own_address(address)) continue;
    std::printf("%s (source) is no address of this host\n", address.to_string().c_str());
  }
  if (!has_trust_anchor(config)) return kExitUsage;
  int code = kExitOk;
  for (const int one : {check_certificates(config), check_logins(config), check_dkim(config)}) {
    code = std::max(code, one);
  }
  return code;
}

}  // namespace

void add_check(Command root) {
  Command command = root.add_command(
      "check", "Read the configuration; say what it means, or every fault with line and column");
  auto file = std::make_shared<std::string>("waybill.toml");
  command.add("-c,--config", *file, "Configuration file (docs/configuration.md)").shows_default();
  command.runs([file] { return check_file(*file); });
}

}  // namespace waybill::app
