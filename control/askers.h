// Askers: who a request is from: the token that it shows, whom the JWT of an OpenID provider names,
// the owner of the data directory, or, where it shows nothing and comes from this machine, `local`.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "control/subjects.h"
#include "control/tokens.h"
#include "http/principals.h"
#include "runtime/leaky_bucket.h"
#include "runtime/secret_file.h"

namespace waybill::control {

// What a request from this machine that shows nothing may do.
enum class LocalMay { nothing, read, admin };
// Their words in the configuration, in their order.
inline constexpr std::array<std::string_view, 3> kLocalMay = {"none", "read", "admin"};
inline std::string_view word_of(LocalMay may) { return kLocalMay[static_cast<std::size_t>(may)]; }

inline constexpr std::string_view kEveryDomain = "*";

struct AskersSettings {
  LocalMay local = LocalMay::read;
  // Requests that one token may make in a second, on the average; at once ten times as many.
  double requests_per_second = 50;
  // Whoever may see one of these domains says why they ask for mail; kEveryDomain: whoever asks.
  std::set<std::string, std::less<>> require_reason{};
};

struct AskersParts {
  const Tokens* tokens = nullptr;
  const runtime::Clock* clock = nullptr;
  // What the owner of the data directory shows (docs/access.md); nullopt: there is none.
  std::optional<runtime::SharedSecret> owner{};
  // Whom an OpenID provider vouches for; null: nobody.
  Subjects* subjects = nullptr;
};

// What `parts` points to outlives it.
std::unique_ptr<http::Principals> askers(AskersParts parts, AskersSettings settings);

}  // namespace waybill::control
