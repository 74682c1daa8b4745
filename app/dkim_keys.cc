// waybill keys dkim: makes the keys that a domain signs with, says what to publish, and puts them
// in force once DNS has them.

#include <array>
#include <cstdio>
#include <memory>

#include "app/command/config_file.h"
#include "app/dkim/key_directory.h"
#include "app/dkim/record.h"
#include "app/subcommands.h"
#include "runtime/asio_clock.h"
#include "runtime/log.h"
#include "schemas/address.h"

namespace waybill::app {

using relay::trust::dkim::SigningKey;
using runtime::Explained;
using runtime::Failure;

namespace {

// Somebody waits for the answer.
constexpr std::chrono::seconds kAskNames{6};
// The order of DkimAlgorithms.
const std::vector<std::string> kAlgorithms = {"rsa", "ed25519", "both"};

struct DkimOptions {
  ConfigFile file;
  std::string domain;
  std::string selector;  // empty: of today
  std::string algorithm = "both";
  bool rotate = false;
  bool activate = false;
  bool show = false;
  bool force = false;
};

struct Place {
  std::string directory;
  std::string domain;  // as the configuration has it
  std::vector<std::string> dns_servers;
};

int fail_by(const Failure& failure) {
  std::fprintf(stderr, "waybill: %s\n", failure.why.c_str());
  return kExitEnvironment;
}

const char* word_of(DkimUse use) {
  switch (use) {
    case DkimUse::signs: return "signs";
    case DkimUse::next: return "waits to be put in force";
    case DkimUse::old: return "signs no more";
  }
  return "";
}

bool has(const std::vector<DkimKeyFile>& files, DkimUse use) {
  for (const DkimKeyFile& file : files) {
    if (file.use == use) return true;
  }
  return false;
}

// "wb20261127", or with the first letter behind it that is free.
std::string selector_of_today(const std::vector<DkimKeyFile>& files) {
  const runtime::AsioClock clock;
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(clock.wall()));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "wb%04d%02u%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  std::string name = text.data();
  for (char letter = 'b'; letter <= 'z'; ++letter) {
    bool taken = false;
    for (const DkimKeyFile& file : files) {
      const std::string& other = file.selector;
      taken = taken || other == name || other.starts_with(name + "-");
    }
    if (!taken) break;
    name = std::string(text.data()) + letter;
  }
  return name;
}

int show(const Place& place, const std::vector<DkimKeyFile>& files) {
  if (files.empty()) std::printf("%s has no DKIM keys.\n", place.domain.c_str());
  int code = kExitOk;
  for (const DkimKeyFile& file : files) {
    std::printf("%s: %s\n", file.path.c_str(), word_of(file.use));
    const auto key = read_dkim_key(place.domain, file);
    if (!key) {
      code = fail_by(key.error());
      continue;
    }
    std::printf("\n%s\n    name:  %s\n    value: %s\n\n", dkim_zone_line(*key).c_str(),
                key->record_name().c_str(), dkim_record_text(*key).c_str());
  }
  return code;
}

int make(const DkimOptions& options, const Place& place, const std::vector<DkimKeyFile>& files) {
  const std::string& domain = place.domain;
  if (has(files, DkimUse::next)) {
    return fail_by({runtime::Errc::refused, "keys of " + domain +
                                                " wait already: --show says what to publish, and "
                                                "--activate puts them in force"});
  }
  if (has(files, DkimUse::signs) && !options.rotate) {
    return fail_by({runtime::Errc::refused,
                    domain + " has keys: --rotate makes new ones, --show says what is published"});
  }
  DkimAlgorithms algorithms = DkimAlgorithms::both;
  for (std::size_t i = 0; i < kAlgorithms.size(); ++i) {
    if (kAlgorithms[i] == options.algorithm) algorithms = static_cast<DkimAlgorithms>(i);
  }
  const std::string selector =
      options.selector.empty() ? selector_of_today(files) : options.selector;
  const auto made = make_dkim_keys(place.directory, domain, selector, algorithms);
  if (!made) return fail_by(made.error());
  const int code = show(place, *made);
  std::printf(
      "Publish what stands above in the zone of %s, as lines of a zone file or by name and value.\n"
      "Once every server of the zone has it: waybill keys dkim %s --activate\n",
      domain.c_str(), domain.c_str());
  return code;
}

Explained<void> are_published(const Place& place, const std::vector<DkimKeyFile>& files) {
  std::vector<SigningKey> keys;
  for (const DkimKeyFile& file : files) {
    if (file.use != DkimUse::next) continue;
    auto key = read_dkim_key(place.domain, file);
    if (!key) return key.error();
    keys.push_back(std::move(*key));
  }
  for (const auto& found : find_dkim_records(place.dns_servers, keys, kAskNames)) {
    if (found) continue;
    return Failure{found.error().code,
                   found.error().why + "; nothing has changed (--force does it all the same)"};
  }
  return {};
}

int activate(const DkimOptions& options, const Place& place,
             const std::vector<DkimKeyFile>& files) {
  if (!options.force) {
    if (const auto published = are_published(place, files); !published) {
      return fail_by(published.error());
    }
  }
  const auto old = activate_dkim_keys(place.directory, place.domain);
  if (!old) return fail_by(old.error());
  std::printf(
      "%s signs with its new keys from now on; a process that runs takes them up within\n"
      "10 seconds.\n",
      place.domain.c_str());
  for (const DkimKeyFile& file : *old) {
    std::printf(
        "The record %s._domainkey.%s stays in DNS for 7 days more, for mail under way; then "
        "remove it,\nand %s.\n",
        file.selector.c_str(), place.domain.c_str(), file.path.c_str());
  }
  return kExitOk;
}

int run_dkim(const DkimOptions& options) {
  runtime::silence_log();
  const auto config = read_or_complain(options.file);
  if (!config) return kExitUsage;
  const auto name = schemas::normalise_domain(options.domain);
  if (!name || !config->routes->domains().contains(*name)) {
    std::fprintf(stderr, "waybill: \"%s\" is no domain of the configuration\n",
                 options.domain.c_str());
    return kExitUsage;
  }
  const Place place{dkim_directory(*config), *name, config->dns_servers};
  const auto files = dkim_key_files(place.directory, place.domain);
  if (!files) return fail_by(files.error());
  if (options.show) return show(place, *files);
  if (options.activate) return activate(options, place, *files);
  return make(options, place, *files);
}

}  // namespace

void add_dkim_keys(Command keys) {
  Command command = keys.add_command(
      "dkim", "Make the keys that a domain signs with, and say what to publish in DNS");
  auto options = std::make_shared<DkimOptions>();
  add_options(command, options->file);
  command.add("DOMAIN", options->domain, "One of the configuration's").required();
  command.add("--selector", options->selector, "The name in DNS; without it, one of today's date");
  command.add("--algorithm", options->algorithm, "What is made")
      .one_of(kAlgorithms)
      .shows_default();
  command.add_flag("--rotate", options->rotate,
                   "Make new ones beside keys that sign; these go on until --activate");
  command.add_flag("--activate", options->activate,
                   "Have those that were made sign, once DNS has their records");
  command.add_flag("--show", options->show, "Say what is there, with the records; change nothing");
  command.add_flag("--force", options->force, "With --activate: whatever DNS says");
  command.footer("Nothing signs before --activate, and no file is ever written over.");
  command.runs([options] { return run_dkim(*options); });
}

}  // namespace waybill::app
