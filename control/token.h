// Tokens: how programs and people say who they are. A token is a text that is shown once,
//
//   wbp_<id>_<secret>     id: 12, secret: 64 lower-case hex digits
//
// and its state is in the control log: what it may do, and the SHA-256 of the text, never the text.
// Pure functions: a command gives the event that is to become durable. Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/chance.h"
#include "runtime/failure.h"
#include "runtime/time.h"
#include "schemas/event.h"
#include "schemas/principal.h"

namespace waybill::control {

// ControlChanged.subject of a token's events.
inline constexpr std::string_view kTokenSubject = "token";

// What people call a token, in characters: a line of a list.
inline constexpr std::size_t kMostName = 100;
// Domains of one token: its state is one record.
inline constexpr std::size_t kMostDomains = 256;
// How long a text may go on to count beside the one that took its place.
inline constexpr std::chrono::hours kMostOverlap{24 * 30};

// The id in the text of a token; nullopt: it has not the form of one.
std::optional<std::string_view> token_id_of(std::string_view text);

struct TokenState {
  std::string id;
  std::string name;
  schemas::Scopes scopes;
  schemas::Sight sight = schemas::Sight::of({});
  std::string digest;  // lower-case hex of the SHA-256 of the text in force
  // Of the text before that, while it counts too.
  std::string earlier_digest;
  runtime::WallTime earlier_until{};
  runtime::WallTime created_at{};
  std::optional<runtime::WallTime> expires_at;
  std::optional<runtime::WallTime> revoked_at;
  std::uint64_t version = 0;

  bool is_over(runtime::WallTime now) const {
    return revoked_at.has_value() || (expires_at && *expires_at <= now);
  }
};

// Whether `text` is the token's at `now`, in a time that says nothing of where texts differ.
bool is_shown_by(const TokenState& token, std::string_view text, runtime::WallTime now);

// Whether it is the text in force, and not the one before.
bool is_text_of(const TokenState& token, std::string_view text);

// As ControlChanged.after has it: JSON. Errc::invalid: it is no state of a token; what a newer
// release has added is passed over.
std::string to_json(const TokenState& token);
runtime::Explained<TokenState> token_from_json(std::string_view json);

struct TokenWish {
  std::string name;
  schemas::Scopes scopes;
  schemas::Sight sight = schemas::Sight::of({});
  std::optional<runtime::WallTime> expires_at;
};

// A change of a token, and what to show of it once, when it is durable.
struct TokenChange {
  schemas::Event event;
  TokenState after;
  std::string text;  // empty: nothing new
};

// `actor`: Principal::text().
TokenChange create_token(const TokenWish& wish, runtime::WallTime now, runtime::Chance& chance,
                         const std::string& actor);
// Another text for the same token; the one before counts for `overlap` more.
TokenChange rotate_token(const TokenState& token, std::chrono::seconds overlap,
                         runtime::WallTime now, runtime::Chance& chance, const std::string& actor);
TokenChange revoke_token(const TokenState& token, runtime::WallTime now, const std::string& actor);

}  // namespace waybill::control
