#include "control/subjects.h"

#include "control/refusals.h"
#include "runtime/log.h"
#include "schemas/address.h"

namespace waybill::control {

using schemas::Principal;
using schemas::Scopes;
using schemas::Sight;

namespace {

constexpr std::string_view kAll = "all";
constexpr std::chrono::seconds kSayEvery{1};

Scopes scopes_of(const std::vector<std::string>& words) {
  Scopes out;
  for (const std::string& word : words) {
    if (!word.starts_with(kScopePrefix)) continue;
    for (const schemas::ScopeTraits& one : schemas::kScopes) {
      if (one.word == std::string_view(word).substr(kScopePrefix.size())) out.add(one.scope);
    }
  }
  return out;
}

Sight sight_of(const std::vector<std::string>& names) {
  std::set<std::string, std::less<>> domains;
  for (const std::string& name : names) {
    if (name == kAll) return Sight::all();
    if (auto domain = schemas::normalise_domain(name)) domains.insert(std::move(*domain));
  }
  return Sight::of(std::move(domains));
}

}  // namespace

Principal principal_of(const JwtClaims& claims, const OidcClaims& names) {
  Principal out;
  out.kind = Principal::Kind::subject;
  out.id = claims.subject();
  for (const char* const claim : {"email", "preferred_username", "name"}) {
    const auto texts = texts_at(claims, claim);
    if (out.name.empty() && !texts.empty()) out.name = texts.front();
  }
  out.scopes = scopes_of(texts_at(claims, names.scopes));
  out.sight = sight_of(texts_at(claims, names.domains));
  out.until = claims.expires();
  return out;
}

void Subjects::set_keys(KeySet keys) {
  auto shared = std::make_shared<const KeySet>(std::move(keys));
  const runtime::MutexLock lock(mutex_);
  keys_ = std::move(shared);
  wants_keys_ = false;
}

bool Subjects::has_keys() const {
  const runtime::MutexLock lock(mutex_);
  return keys_ != nullptr;
}

bool Subjects::wants_keys() {
  const runtime::MutexLock lock(mutex_);
  return std::exchange(wants_keys_, false);
}

// Once in a while: who makes tokens up fills no log.
void Subjects::say(const std::string& why, runtime::WallTime now) {
  {
    const runtime::MutexLock lock(mutex_);
    if (now < said_at_ + kSayEvery && now >= said_at_) return;
    said_at_ = now;
  }
  runtime::log(runtime::Level::info, "http", "a token of the OpenID provider is refused",
               {{"why", why}});
}

std::variant<http::Asker, http::Problem> Subjects::who(std::string_view jwt,
                                                       runtime::WallTime now) {
  std::shared_ptr<const KeySet> keys;
  {
    const runtime::MutexLock lock(mutex_);
    keys = keys_;
  }
  if (keys == nullptr) return keys_unread();
  const auto claims = verify_jwt(jwt, *keys, rules_, now);
  if (claims) return std::make_shared<const Principal>(principal_of(*claims, names_));
  if (claims.error() == runtime::Errc::not_found) {
    const runtime::MutexLock lock(mutex_);
    wants_keys_ = true;
  }
  say(claims.error().why, now);
  return credentials_refused();
}

}  // namespace waybill::control
