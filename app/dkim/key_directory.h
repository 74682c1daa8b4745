// The DKIM keys of our domains: files in server.dkim_dir, a directory a domain, whose names say
// what each is for. Nothing else is kept of them, so a listing shows all, and keys from elsewhere
// need no more than a name.
//
//   their.example/SELECTOR.pem        signs
//   their.example/SELECTOR.pem.next   made; its record is being published
//   their.example/SELECTOR.pem.old    signed before; its record stays in DNS for a while
//
// Made by `waybill keys dkim`, read by processes at their start, on SIGHUP and when they change.
// Any thread; blocking.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "relay/trust/dkim/sign.h"
#include "runtime/failure.h"

namespace waybill::app {

// Keys of one domain that sign at one time: one of each type, and as many more while they change.
// Each is a signature on every message.
inline constexpr std::size_t kMaxSigningKeys = 4;

enum class DkimUse : std::uint8_t { signs, next, old };

struct DkimKeyFile {
  std::string selector;
  DkimUse use = DkimUse::signs;
  std::string path;
  friend bool operator==(const DkimKeyFile&, const DkimKeyFile&) = default;
};

// By selector; none where the directory is not there. What is not named as above is no key.
// Errc::io_error: the directory cannot be read.
runtime::Explained<std::vector<DkimKeyFile>> dkim_key_files(const std::string& directory,
                                                            const std::string& domain);

// Errc::io_error: it cannot be read; invalid: others than its owner may read it (mode 0600 is
// expected), its name is no selector, or it holds no key that signs (RSA of 1024 to 4096 bits,
// Ed25519). The words name the file and never hold a part of the key.
runtime::Explained<relay::trust::dkim::SigningKey> read_dkim_key(const std::string& domain,
                                                                 const DkimKeyFile& file);

// Those that sign, RSA first: some verifiers look at the top signature alone, and do not know
// Ed25519. All or none; Errc::invalid: more than kMaxSigningKeys.
runtime::Explained<std::vector<relay::trust::dkim::SigningKey>> read_signing_keys(
    const std::string& directory, const std::string& domain);

enum class DkimAlgorithms : std::uint8_t { rsa, ed25519, both };

// Makes keys that do not sign yet, each durable and whole or not at all. With both types their
// selectors are `selector` with "-rsa" and "-ed25519": one name in DNS has one key (RFC 6376
// 3.6.2.2). Errc::refused: there is a key by that name, whatever its use; it stays.
runtime::Explained<std::vector<DkimKeyFile>> make_dkim_keys(const std::string& directory,
                                                            const std::string& domain,
                                                            const std::string& selector,
                                                            DkimAlgorithms algorithms);

// Those that were made sign from now on, in place of those of their type that did: these become
// old. If the process ends in it, both sign. The old ones' names. Errc::not_found: nothing waits.
runtime::Explained<std::vector<DkimKeyFile>> activate_dkim_keys(const std::string& directory,
                                                                const std::string& domain);

}  // namespace waybill::app
