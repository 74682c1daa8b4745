#include "schemas/principal.h"

#include <algorithm>

namespace waybill::schemas {

namespace {

constexpr bool each_in_its_place() {
  for (std::size_t i = 0; i < kScopes.size(); ++i) {
    if (kScopes[i].scope != static_cast<Scope>(i)) return false;
  }
  return true;
}
static_assert(each_in_its_place(), "a row for each scope, in their order");

}  // namespace

std::vector<std::string> Scopes::words() const {
  std::vector<std::string> out;
  for (const ScopeTraits& one : kScopes) {
    if (has(one.scope)) out.emplace_back(one.word);
  }
  return out;
}

runtime::Explained<Scopes> Scopes::of_words(const std::vector<std::string>& words) {
  Scopes out;
  for (const std::string& word : words) {
    const auto* const found = std::find_if(
        kScopes.begin(), kScopes.end(), [&](const ScopeTraits& one) { return one.word == word; });
    if (found == kScopes.end()) {
      std::string known;
      for (const ScopeTraits& one : kScopes) {
        known += (known.empty() ? "" : ", ") + std::string(one.word);
      }
      return runtime::Failure{runtime::Errc::invalid,
                              "there is no scope \"" + word + "\": those there are are " + known};
    }
    out.add(found->scope);
  }
  return out;
}

bool Sight::sees_alias(std::string_view alias) const {
  if (all_) return true;
  const std::size_t at = alias.rfind('@');
  return at != std::string_view::npos && sees_domain(alias.substr(at + 1));
}

bool Sight::sees(const Event& event) const {
  if (all_) return true;
  return event.domain().empty() ? sees_alias(event.alias()) : sees_domain(event.domain());
}

bool Sight::covers(const Sight& other) const {
  if (all_) return true;
  return !other.all_ && std::includes(domains_.begin(), domains_.end(), other.domains_.begin(),
                                      other.domains_.end());
}

std::string Principal::text() const {
  switch (kind) {
    case Kind::local: return "local";
    case Kind::owner: return "owner";
    case Kind::token: return "token " + id;
    case Kind::subject: return "oidc " + id;
    case Kind::node: return "node " + id;
  }
  return {};
}

}  // namespace waybill::schemas
