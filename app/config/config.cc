#include "app/config/config.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

#include "app/config/action_reader.h"
#include "app/config/domain_reader.h"
#include "app/config/endpoint_text.h"
#include "app/config/sections.h"
#include "app/config/toml_reader.h"

namespace waybill::app {
namespace {

// Octets: some 400,000 aliases. A larger file is no configuration.
constexpr std::uint64_t kMaxFile = 64ULL << 20;

constexpr std::string_view kDefaultSmtp = "127.0.0.1:2525";
constexpr std::string_view kDefaultHttp = "127.0.0.1:8025";

// POSIX allows names that no EHLO may carry (RFC 5321 4.1.1.1).
std::string system_host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  auto normal = schemas::normalise_domain(name.data());
  return normal ? std::move(*normal) : "localhost";
}

Config defaults() {
  Config config;
  config.host_name = system_host_name();
  config.node = config.host_name;
  config.smtp_listen = {*parse_endpoint(kDefaultSmtp)};
  config.http_listen = *parse_endpoint(kDefaultHttp);
  return config;
}

// server.postmaster: an action that forwards, and not to a domain of ours.
std::optional<schemas::RouteAction> read_postmaster(const toml::table& file,
                                                    const std::vector<schemas::DomainRoutes>& own,
                                                    std::vector<Complaint>& complaints) {
  const toml::node* const node = file["server"]["postmaster"].node();
  if (node == nullptr) return std::nullopt;
  TomlReader reader(*file["server"].as_table(), "server", complaints);
  if (!node->is_string() && !node->is_array()) {
    reader.expected(*node, reader.name("postmaster"), "an address or an array of addresses");
    return std::nullopt;
  }
  OwnDomains names;
  for (const schemas::DomainRoutes& domain : own) names.insert(domain.name);
  return ActionReader(names, complaints).read(*node, reader.name("postmaster"));
}

// [http] comes after [server], whose addresses it must not take; [tls] and [next_hops] after [dns],
// which says whether there are answers that DANE can stand on; [smarthost] after [next_hops], where
// its host must not stand too.
void read_file(const toml::table& file, Config& config, std::vector<Complaint>& complaints) {
  using Read = void (*)(TomlReader&, Config&);
  // [dns] comes before [tls], which asks whether answers are validated.
  constexpr std::pair<std::string_view, Read> kSections[] = {{"server", read_server},
                                                             {"limits", read_limits},
                                                             {"journal", read_journal},
                                                             {"views", read_views},
                                                             {"dns", read_dns},
                                                             {"tls", read_tls},
                                                             {"door", read_door},
                                                             {"http", read_http},
                                                             {"next_hops", read_next_hops},
                                                             {"providers", read_providers},
                                                             {"smarthost", read_smarthost},
                                                             {"rspamd", read_rspamd},
                                                             {"kafka", read_kafka},
                                                             {"cluster", read_cluster}};
  TomlReader top(file, "", complaints);
  for (const auto& [name, read] : kSections) {
    const toml::table* table = top.table(name);
    if (table == nullptr) continue;
    TomlReader reader(*table, std::string(name), complaints);
    read(reader, config);
    reader.no_others();
  }
  if (const toml::node* const sinks = top.find("sinks")) {
    config.sinks = read_sinks(*sinks, complaints);
  }
  std::vector<schemas::DomainRoutes> domains;
  if (const toml::table* table = top.table("domains")) domains = read_domains(*table, complaints);
  auto postmaster = read_postmaster(file, domains, complaints);
  config.routes = std::make_shared<relay::routes::RouteTable>(
      std::move(domains), relay::routes::Postmaster{config.host_name, std::move(postmaster)});
  top.no_others();
}

Loaded unreadable(const std::string& why) { return std::vector<Complaint>{{0, 0, why}}; }

}  // namespace

std::string sinks_directory(const Config& config) { return config.data_dir + "/sinks"; }

std::string sink_file(const Config& config, std::string_view name, std::string_view suffix) {
  return sinks_directory(config) + "/" + std::string(name) + std::string(suffix);
}

std::string to_string(const Complaint& complaint, std::string_view file) {
  std::string out(file);
  if (complaint.line > 0) {
    out += ":" + std::to_string(complaint.line) + ":" + std::to_string(complaint.column);
  }
  return out + ": " + complaint.text;
}

Loaded read_config(std::string_view text) {
  std::vector<Complaint> complaints;
  Config config = defaults();
  try {
    const toml::table file = toml::parse(text);
    read_file(file, config, complaints);
    config.journal_keep_said = static_cast<bool>(file["journal"]["keep"]);
  } catch (const toml::parse_error& wrong) {
    const auto& place = wrong.source().begin;
    // The parser repeats what it met, line ends too.
    complaints.push_back({place.line, place.column, one_line(wrong.description())});
  }
  if (complaints.empty()) return config;
  std::stable_sort(complaints.begin(), complaints.end(), [](const auto& a, const auto& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return complaints;
}

Loaded load_config(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable(std::string("cannot open the file: ") + std::strerror(errno));
  std::string text;
  std::array<char, 64 << 10> piece;
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxFile) return unreadable("the file has more than 64 MiB");
  }
  if (file.bad()) return unreadable("cannot read the file");
  return read_config(text);
}

std::string key_file(const Config& config) {
  return config.key_file.empty() ? config.data_dir + "/return_path.keys" : config.key_file;
}

std::string owner_file(const Config& config) { return config.data_dir + "/owner.token"; }

std::string dkim_directory(const Config& config) {
  return config.dkim_dir.empty() ? config.data_dir + "/dkim" : config.dkim_dir;
}

}  // namespace waybill::app
