#include "tools/doctor/dkim.h"

#include <unistd.h>

#include <cerrno>

#include "app/dkim/record.h"
#include "tools/doctor/wording.h"

namespace waybill::tools::doctor {

using app::DkimUse;
using relay::trust::dkim::SigningKey;
using runtime::Errc;

namespace {

constexpr std::chrono::seconds kAskNames{6};
constexpr std::size_t kNamed = 5;  // domains in one sentence

std::string record_name(const DkimKeyFacts& key) {
  return SigningKey{key.domain, key.file.selector, nullptr}.record_name();
}

Finding judge_file(const DkimKeyFacts& key) {
  const std::string& path = key.file.path;
  const std::string sentence = without_name(key.readable.error().why, path);
  if (key.readable.error().why.find("ermission denied") != std::string::npos) {
    return {Severity::unseen, path, "may not be read by us",
            "Run the doctor as the user who runs Waybill."};
  }
  if (key.file.use != DkimUse::signs) return {Severity::note, path, sentence, ""};
  return {Severity::wrong, path, sentence,
          "The next start is refused; a process that runs signs with what it read before."};
}

Finding judge_record(const DkimKeyFacts& key) {
  const std::string name = record_name(key);
  const std::string command = "waybill keys dkim " + key.domain;
  const auto& published = *key.published;
  const bool signs = key.file.use == DkimUse::signs;
  if (published) {
    if (signs) return {Severity::fine, name, "is in DNS, and fits the key that signs", ""};
    return {Severity::note, name, "is in DNS, and its key does not sign yet",
            "`" + command + " --activate` puts it in force."};
  }
  const std::string sentence = without_name(published.error().why, name);
  if (published.error() == Errc::temporary) return {Severity::unseen, name, sentence, ""};
  if (!signs) {
    return {Severity::note, name, sentence + "; its key does not sign yet",
            "`" + command + " --show` says what to publish."};
  }
  return {Severity::wrong, name, sentence + ", and its key signs: no signature holds",
          "`" + command + " --show` says what to publish."};
}

}  // namespace

DkimFacts look_at_dkim(const app::Config& config) {
  DkimFacts facts;
  const auto& report = config.tls.report;
  if (report.enabled) facts.unsigned_reports = report.from.value_or(*report.contact).domain();
  std::vector<SigningKey> asked;
  std::vector<std::size_t> of_facts;
  for (const auto& [name, domain] : config.routes->domains()) {
    const auto files = app::dkim_key_files(dkim_directory(config), name);
    if (!files) {
      facts.unreadable.push_back(files.error());
      continue;
    }
    // What waits is told of by itself.
    bool signs = false;
    for (const app::DkimKeyFile& file : *files) {
      signs = signs || file.use != DkimUse::old;
      if (file.use == DkimUse::signs && name == facts.unsigned_reports) {
        facts.unsigned_reports.clear();
      }
      auto key = app::read_dkim_key(name, file);
      facts.keys.push_back({name, file, {}, {}});
      if (!key) facts.keys.back().readable = key.error();
      if (!key || file.use == DkimUse::old) continue;
      asked.push_back(std::move(*key));
      of_facts.push_back(facts.keys.size() - 1);
    }
    if (signs) continue;
    facts.unsigned_domains.push_back(name);
    if (domain.sign_forwarded) facts.wanting.push_back(name);
  }
  if (asked.empty()) return facts;
  const auto found = app::find_dkim_records(config.dns_servers, asked, kAskNames);
  for (std::size_t i = 0; i < found.size(); ++i) facts.keys[of_facts[i]].published = found[i];
  return facts;
}

Findings judge_dkim(const DkimFacts& facts) {
  Findings out;
  for (const runtime::Failure& one : facts.unreadable) {
    out.push_back({Severity::unseen, "server.dkim_dir", one.why, ""});
  }
  for (const DkimKeyFacts& key : facts.keys) {
    if (!key.readable) {
      out.push_back(judge_file(key));
    } else if (key.published) {
      out.push_back(judge_record(key));
    } else {
      out.push_back(
          {Severity::note, key.file.path, "signs no more",
           "Once 7 days have passed, remove it and the record " + record_name(key) + "."});
    }
  }
  for (const std::string& domain : facts.wanting) {
    out.push_back({Severity::warning, domain, "has sign_forwarded and no key: nothing is signed",
                   "`waybill keys dkim " + domain + "` makes keys."});
  }
  if (!facts.unsigned_reports.empty()) {
    // RFC 8460 3
    out.push_back({Severity::warning, "tls.report",
                   "reports come from " + facts.unsigned_reports +
                       ", which has no key that signs: whoever gets one by mail ignores it",
                   "Set tls.report.from to an address of a domain that `waybill keys dkim DOMAIN` "
                   "has made keys for."});
  }
  if (!facts.unsigned_domains.empty()) {
    const bool one = facts.unsigned_domains.size() == 1;
    out.push_back({Severity::note, name_some(facts.unsigned_domains, kNamed),
                   std::string(one ? "does" : "do") +
                       " not sign: reports that go home bear no DKIM signature",
                   "`waybill keys dkim DOMAIN` makes keys."});
  }
  return out;
}

}  // namespace waybill::tools::doctor
