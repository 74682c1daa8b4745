// Principal: who asks for history or steers, and what they may: scopes, and the domains whose mail
// they may see. It is made once for each request, before anything is read for it
// (http/principals.h). Plain data; any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/failure.h"
#include "schemas/event.h"

namespace waybill::schemas {

// What somebody may do. In the order in which lists of scopes are shown.
enum class Scope : std::uint8_t { history, feed, exports, control, access, audit, erase };

struct ScopeTraits {
  Scope scope;
  std::string_view word;   // in tokens, questions and answers
  std::string_view means;  // for people
};

inline constexpr auto kScopes = std::to_array<ScopeTraits>({
    {Scope::history, "history", "ask what became of mail"},
    {Scope::feed, "feed", "read events as they come"},
    {Scope::exports, "export", "take history out in whole"},
    {Scope::control, "control", "make and revoke tokens"},
    {Scope::access, "access", "see who looked at what"},
    {Scope::audit, "audit", "verify what the log proves"},
    {Scope::erase, "erase", "have a person's data erased"},
});

inline std::string_view word_of(Scope scope) {
  return kScopes[static_cast<std::size_t>(scope)].word;
}

class Scopes {
 public:
  constexpr Scopes() = default;
  constexpr Scopes(std::initializer_list<Scope> scopes) {
    for (const Scope one : scopes) add(one);
  }
  static constexpr Scopes all() {
    Scopes out;
    for (const ScopeTraits& one : kScopes) out.add(one.scope);
    return out;
  }

  constexpr void add(Scope scope) { bits_ |= bit(scope); }
  constexpr bool has(Scope scope) const { return (bits_ & bit(scope)) != 0; }
  constexpr bool has_all(Scopes others) const { return (others.bits_ & ~bits_) == 0; }
  constexpr bool empty() const { return bits_ == 0; }
  // In the order of kScopes.
  std::vector<std::string> words() const;
  // Errc::invalid: a word is none; the text names those there are.
  static runtime::Explained<Scopes> of_words(const std::vector<std::string>& words);

  friend bool operator==(Scopes, Scopes) = default;

 private:
  static constexpr std::uint8_t bit(Scope scope) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(scope));
  }
  std::uint8_t bits_ = 0;
};

// Sight: whose history somebody may see. Every read of history for people takes one, and what is
// outside of it is not there: no row, no count, no sign of it (I9).
class Sight {
 public:
  // Everything, also what names no domain of ours.
  static Sight all() { return Sight(); }
  // The mail of the aliases of these domains, as normalise_domain() gives them. None: nothing.
  static Sight of(std::set<std::string, std::less<>> domains) { return Sight(std::move(domains)); }

  bool is_all() const { return all_; }
  // Empty where is_all().
  const std::set<std::string, std::less<>>& domains() const { return domains_; }
  bool sees_domain(std::string_view domain) const {
    return all_ || domains_.find(domain) != domains_.end();
  }
  // The domain of an address as the log has it.
  bool sees_alias(std::string_view alias) const;
  // By the event's domain, or its alias's.
  bool sees(const Event& event) const;
  // Whether all that `other` sees is seen.
  bool covers(const Sight& other) const;

  friend bool operator==(const Sight&, const Sight&) = default;

 private:
  Sight() : all_(true) {}
  explicit Sight(std::set<std::string, std::less<>> domains) : domains_(std::move(domains)) {}

  bool all_ = false;
  std::set<std::string, std::less<>> domains_;
};

struct Principal {
  enum class Kind : std::uint8_t {
    local,  // nobody said who: a request from this machine
    owner,  // who can read the data directory
    token,
    subject,  // of an OpenID provider
    node,     // another node of the cluster, which has decided for those who asked it
  };
  Kind kind = Kind::local;
  std::string id;    // of the token, or the subject's
  std::string name;  // what people call it
  Scopes scopes;
  Sight sight = Sight::of({});
  // Becomes true where they may no more: what is under way for them ends. Null: it never does.
  std::shared_ptr<const std::atomic<bool>> over{};

  // The same from this moment on; nullopt: none is known.
  std::optional<runtime::WallTime> until{};

  bool is_over() const { return over != nullptr && over->load(std::memory_order_relaxed); }
  // As events have it (event.proto, Accessed.principal).
  std::string text() const;
};

}  // namespace waybill::schemas
