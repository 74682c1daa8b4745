#include "tools/doctor/keys.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "app/return_paths/key_file.h"
#include "runtime/secret_file.h"
#include "runtime/tls_engine.h"
#include "tools/doctor/wording.h"

namespace waybill::tools::doctor {

namespace fs = std::filesystem;
using runtime::WallTime;

namespace {

KeyFileFacts look_at_key_file(const app::Config& config, WallTime now) {
  KeyFileFacts facts;
  facts.path = key_file(config);
  std::error_code error;
  facts.used_before = fs::exists(config.data_dir + "/journal", error);
  struct stat about {};
  facts.there = ::stat(facts.path.c_str(), &about) == 0 || errno != ENOENT;
  if (!facts.there) return facts;
  facts.age = now - WallTime(std::chrono::seconds(about.st_mtim.tv_sec));
  if (const auto keys = app::read_keys(facts.path); !keys) facts.why = keys.error().why;
  return facts;
}

CertificateFacts look_at_certificate(const std::string& path) {
  return {path, runtime::certificate_validity(path)};
}

void append(Findings& out, Findings more) {
  for (Finding& one : more) out.push_back(std::move(one));
}

// Others' files are theirs to read: that says nothing of what is in them.
bool hidden(const std::string& path, Findings& out) {
  if (::access(path.c_str(), R_OK) == 0 || errno != EACCES) return false;
  out.push_back({Severity::unseen, path, "may not be read by us",
                 "Run the doctor as the user who runs Waybill."});
  return true;
}

}  // namespace

Findings judge_key_file(const KeyFileFacts& facts) {
  if (!facts.there && facts.used_before) {
    return {{Severity::wrong, facts.path,
             "is gone: the next start is refused, for other keys would refuse every bounce of mail "
             "sent so far",
             "Bring the file back from a backup, or mount the volume that it lies on."}};
  }
  if (!facts.there) {
    return {{Severity::note, facts.path, "is not there: a relay makes it when it first starts",
             "Relays of one cluster need the same file: copy it, or set server.key_file."}};
  }
  if (!facts.why.empty()) {
    return {{Severity::wrong, facts.path, without_name(facts.why, facts.path),
             "Without it no relay starts, and SIGHUP keeps the keys of before."}};
  }
  if (facts.age > kOldKey) {
    return {{Severity::note, facts.path, "was last written " + about_time(facts.age) + " ago",
             "`waybill keys rotate` puts a fresh key in front."}};
  }
  return {{Severity::fine, facts.path,
           "for its owner alone; last written " + about_time(facts.age) + " ago", ""}};
}

Findings judge_secret(const std::string& path, const std::string& why) {
  if (path.empty()) {
    return {{Severity::warning, "cluster.secret_file",
             "is not set: nodes cannot ask each other, and reports on return paths get 451",
             "Set it on every node to a file with the same secret."}};
  }
  if (why.empty()) return {{Severity::fine, path, "the cluster's secret, for its owner alone", ""}};
  return {
      {Severity::wrong, path, without_name(why, path), "Without it the process does not start."}};
}

Findings judge_certificate(const CertificateFacts& facts, WallTime now) {
  constexpr char kRenew[] =
      "Get a new one. What is read again at a restart alone is that of [cluster].";
  if (!facts.validity) {
    return {{Severity::wrong, facts.path, without_name(facts.validity.error().why, facts.path),
             "Without it the process does not start."}};
  }
  if (facts.validity->to <= now) {
    return {{Severity::wrong, facts.path,
             "a certificate in it ended " + about_time(now - facts.validity->to) +
                 " ago: nobody trusts it",
             kRenew}};
  }
  if (facts.validity->from > now) {
    return {{Severity::wrong, facts.path,
             "a certificate in it is not valid before " + about_time(facts.validity->from - now) +
                 " from now",
             "See whether this machine's clock is right."}};
  }
  const auto left = facts.validity->to - now;
  const bool soon = left < kCertificateNotice;
  return {{soon ? Severity::warning : Severity::fine, facts.path,
           "valid for " + about_time(left) + " more", soon ? kRenew : ""}};
}

namespace {

void look_at_pair(const runtime::CertificateFiles& files, WallTime now, Findings& out) {
  if (hidden(files.chain, out) || hidden(files.key, out)) return;
  CertificateFacts facts = look_at_certificate(files.chain);
  if (facts.validity) {
    const auto pair = runtime::TlsContext::server({files});
    if (!pair) facts.validity = pair.error();
  }
  append(out, judge_certificate(facts, now));
}

}  // namespace

Findings look_at_keys(const app::Config& config, WallTime now) {
  Findings out;
  if (!hidden(key_file(config), out)) append(out, judge_key_file(look_at_key_file(config, now)));
  for (const runtime::CertificateFiles& files : config.tls.certificates) {
    look_at_pair(files, now, out);
  }
  if (!config.tls.ca.empty())
    append(out, judge_certificate(look_at_certificate(config.tls.ca), now));
  if (!config.kafka.there) return out;
  const app::ClusterConfig& cluster = config.cluster;
  if (cluster.secret_file.empty() || !hidden(cluster.secret_file, out)) {
    std::string why;
    if (!cluster.secret_file.empty()) {
      why = runtime::SharedSecret::read(cluster.secret_file).error().why;
    }
    append(out, judge_secret(cluster.secret_file, why));
  }
  if (!cluster.certificate.empty()) look_at_pair({cluster.certificate, cluster.key}, now, out);
  if (!cluster.ca.empty()) append(out, judge_certificate(look_at_certificate(cluster.ca), now));
  return out;
}

}  // namespace waybill::tools::doctor
