#include "app/dkim/key_directory.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "relay/trust/dkim/signature.h"
#include "runtime/durable_file.h"

namespace waybill::app {

namespace fs = std::filesystem;
using relay::trust::dkim::SigningKey;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::PrivateKey;

namespace {

constexpr mode_t kOthers = 0077;
constexpr std::array<std::pair<DkimUse, std::string_view>, 3> kEndings = {
    {{DkimUse::signs, ".pem"}, {DkimUse::next, ".pem.next"}, {DkimUse::old, ".pem.old"}}};

std::string directory_of(const std::string& directory, const std::string& domain) {
  return directory + "/" + domain;
}

std::string path_of(const std::string& directory, const std::string& domain,
                    const std::string& selector, DkimUse use) {
  const std::string_view ending = kEndings.at(static_cast<std::size_t>(use)).second;
  return directory_of(directory, domain).append("/").append(selector).append(ending);
}

std::optional<DkimKeyFile> key_file_of(const fs::path& path) {
  const std::string name = path.filename().string();
  for (const auto& [use, ending] : kEndings) {
    if (!name.ends_with(ending) || name.size() == ending.size()) continue;
    return DkimKeyFile{name.substr(0, name.size() - ending.size()), use, path.string()};
  }
  return std::nullopt;
}

Explained<void> fits(const struct stat& about, const std::string& path) {
  if (!S_ISREG(about.st_mode)) return Failure{Errc::invalid, path + " is not a regular file"};
  if ((about.st_mode & kOthers) == 0) return {};
  return Failure{Errc::invalid, path + " may be read by others than its owner: chmod 600 it"};
}

Explained<void> fits(const PrivateKey& key, const std::string& path) {
  namespace dkim = relay::trust::dkim;
  if (key.type() == PrivateKey::Type::ed25519) return {};
  if (key.bits() >= dkim::kMinSigningBits && key.bits() <= dkim::kMaxSigningBits) return {};
  return Failure{Errc::invalid, path + " is an RSA key of " + std::to_string(key.bits()) +
                                    " bits: DKIM has from " +
                                    std::to_string(dkim::kMinSigningBits) + " to " +
                                    std::to_string(dkim::kMaxSigningBits)};
}

Explained<void> is_free(const std::string& directory, const std::string& domain,
                        const std::string& selector) {
  const SigningKey named{domain, selector, nullptr};
  if (!relay::trust::dkim::is_name(named.record_name())) {
    return Failure{Errc::invalid, "\"" + selector +
                                      "\" is no selector: letters, digits, \"-\" and " +
                                      "\"_\", in labels of at most 63"};
  }
  for (const auto& [use, ending] : kEndings) {
    const std::string path = path_of(directory, domain, selector, use);
    struct stat about {};
    if (::lstat(path.c_str(), &about) != 0) continue;
    return Failure{Errc::refused, path + " is there already: name another one by --selector"};
  }
  return {};
}

// Root makes keys for the user that runs Waybill, whose directory it is.
Explained<void> give_to_owner_of_directory(const std::string& path) {
  if (::geteuid() != 0) return {};
  struct stat parent {};
  if (::stat(fs::path(path).parent_path().c_str(), &parent) == 0 &&
      ::lchown(path.c_str(), parent.st_uid, parent.st_gid) == 0) {
    return {};
  }
  return Failure{Errc::io_error,
                 "cannot give " + path + " to the owner of its directory: " + std::strerror(errno)};
}

// For its owner alone; one that is there stays as it is.
Explained<void> make_directory(const std::string& path) {
  std::error_code error;
  const bool made = fs::create_directory(path, error);
  if (error == std::errc::no_such_file_or_directory) {
    return Failure{Errc::not_found, "cannot create " + path + ": " +
                                        fs::path(path).parent_path().string() +
                                        " is not there; make it for the user that runs Waybill, or "
                                        "start Waybill once"};
  }
  if (error) return runtime::explain(error, "cannot create " + path);
  if (!made) return {};
  fs::permissions(path, fs::perms::owner_all, error);
  if (const auto given = give_to_owner_of_directory(path); !given) return given;
  return runtime::sync_directory_of(path);
}

}  // namespace

Explained<std::vector<DkimKeyFile>> dkim_key_files(const std::string& directory,
                                                   const std::string& domain) {
  std::vector<DkimKeyFile> out;
  const std::string path = directory_of(directory, domain);
  std::error_code error;
  fs::directory_iterator entries(path, error);
  if (error == std::errc::no_such_file_or_directory) return out;
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (auto file = key_file_of(entries->path())) out.push_back(std::move(*file));
  }
  if (error) return Failure{Errc::io_error, "cannot read " + path + ": " + error.message()};
  std::sort(out.begin(), out.end(), [](const DkimKeyFile& a, const DkimKeyFile& b) {
    return std::pair(a.selector, a.use) < std::pair(b.selector, b.use);
  });
  return out;
}

Explained<SigningKey> read_dkim_key(const std::string& domain, const DkimKeyFile& file) {
  SigningKey out{domain, file.selector, nullptr};
  if (!relay::trust::dkim::is_name(out.record_name())) {
    return Failure{Errc::invalid, file.path + " is no name of a selector: letters, digits, \"-\" " +
                                      "and \"_\", in labels of at most 63"};
  }
  struct stat about {};
  if (::stat(file.path.c_str(), &about) != 0) {
    return Failure{Errc::io_error, "cannot read " + file.path + ": " + std::strerror(errno)};
  }
  if (const auto may = fits(about, file.path); !may) return may.error();
  const auto text = runtime::read_file(file.path);
  if (!text) return text.error();
  out.key = PrivateKey::read(*text);
  if (out.key == nullptr) {
    return Failure{Errc::invalid,
                   file.path + " holds no RSA or Ed25519 key in PEM that is not encrypted"};
  }
  if (const auto may = fits(*out.key, file.path); !may) return may.error();
  return out;
}

Explained<std::vector<SigningKey>> read_signing_keys(const std::string& directory,
                                                     const std::string& domain) {
  const auto files = dkim_key_files(directory, domain);
  if (!files) return files.error();
  std::vector<SigningKey> out;
  for (const DkimKeyFile& file : *files) {
    if (file.use != DkimUse::signs) continue;
    auto key = read_dkim_key(domain, file);
    if (!key) return key.error();
    out.push_back(std::move(*key));
  }
  if (out.size() > kMaxSigningKeys) {
    return Failure{Errc::invalid, directory_of(directory, domain) + " has " +
                                      std::to_string(out.size()) + " keys that sign, and " +
                                      std::to_string(kMaxSigningKeys) +
                                      " is the most: rename those of before to *.pem.old"};
  }
  std::stable_sort(out.begin(), out.end(), [](const SigningKey& a, const SigningKey& b) {
    return a.key->type() < b.key->type();
  });
  return out;
}

Explained<std::vector<DkimKeyFile>> make_dkim_keys(const std::string& directory,
                                                   const std::string& domain,
                                                   const std::string& selector,
                                                   DkimAlgorithms algorithms) {
  using Type = PrivateKey::Type;
  std::vector<std::pair<std::string, Type>> wanted;
  switch (algorithms) {
    case DkimAlgorithms::rsa: wanted = {{selector, Type::rsa}}; break;
    case DkimAlgorithms::ed25519: wanted = {{selector, Type::ed25519}}; break;
    case DkimAlgorithms::both:
      wanted = {{selector + "-rsa", Type::rsa}, {selector + "-ed25519", Type::ed25519}};
      break;
  }
  for (const auto& [name, type] : wanted) {
    if (const auto may = is_free(directory, domain, name); !may) return may.error();
  }
  for (const std::string& place : {directory, directory_of(directory, domain)}) {
    if (const auto made = make_directory(place); !made) return made.error();
  }
  std::vector<DkimKeyFile> out;
  for (const auto& [name, type] : wanted) {
    const std::string path = path_of(directory, domain, name, DkimUse::next);
    const auto made = runtime::create_file(path, PrivateKey::make(type)->pem());
    if (!made) return made.error();
    if (const auto given = give_to_owner_of_directory(path); !given) return given.error();
    out.push_back({name, DkimUse::next, path});
  }
  return out;
}

// New ones first: at no time does nothing sign.
Explained<std::vector<DkimKeyFile>> activate_dkim_keys(const std::string& directory,
                                                       const std::string& domain) {
  const auto files = dkim_key_files(directory, domain);
  if (!files) return files.error();
  std::vector<PrivateKey::Type> types;
  std::vector<DkimKeyFile> fresh;
  for (const DkimKeyFile& file : *files) {
    if (file.use != DkimUse::next) continue;
    const auto key = read_dkim_key(domain, file);
    if (!key) return key.error();
    types.push_back(key->key->type());
    fresh.push_back(file);
  }
  if (fresh.empty()) {
    return Failure{Errc::not_found, "no key of " + domain + " waits to be put in force"};
  }
  std::vector<DkimKeyFile> old;
  for (const DkimKeyFile& file : *files) {
    if (file.use != DkimUse::signs) continue;
    const auto key = read_dkim_key(domain, file);
    // One that cannot be read signs nothing, and is in the way of those that do.
    if (key && std::find(types.begin(), types.end(), key->key->type()) == types.end()) continue;
    old.push_back(file);
  }
  for (const DkimKeyFile& file : fresh) {
    const std::string to = path_of(directory, domain, file.selector, DkimUse::signs);
    if (const auto done = runtime::rename_file(file.path, to); !done) return done.error();
  }
  for (DkimKeyFile& file : old) {
    const std::string to = path_of(directory, domain, file.selector, DkimUse::old);
    if (const auto done = runtime::rename_file(file.path, to); !done) return done.error();
    file.use = DkimUse::old;
    file.path = to;
  }
  return old;
}

}  // namespace waybill::app
