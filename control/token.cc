#include "control/token.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "runtime/ascii.h"
#include "runtime/crypto.h"
#include "runtime/hex.h"
#include "schemas/address.h"
#include "schemas/json_members.h"
#include "schemas/strict_json.h"

namespace waybill::control {

namespace json = boost::json;
using runtime::Errc;
using runtime::Failure;
using runtime::WallTime;

namespace {

constexpr std::string_view kMark = "wbp_";
constexpr std::size_t kIdOctets = 6;
// 256 bits: nobody guesses one, and so a plain digest keeps it.
constexpr std::size_t kSecretOctets = 32;
constexpr std::size_t kIdDigits = 2 * kIdOctets;
constexpr std::size_t kTextOctets = kMark.size() + kIdDigits + 1 + 2 * kSecretOctets;

constexpr char kAllDomains[] = "all";

template <std::size_t kOctets>
std::string random_hex(runtime::Chance& chance) {
  std::array<std::uint8_t, kOctets> octets;
  chance.fill(octets);
  return runtime::hex(octets);
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return runtime::ascii::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

std::string digest_text(std::string_view text) { return runtime::hex(runtime::sha256(text)); }

std::string new_text(const std::string& id, runtime::Chance& chance) {
  return std::string(kMark) + id + "_" + random_hex<kSecretOctets>(chance);
}

json::object state_of(const TokenState& token) {
  json::object out;
  out["id"] = token.id;
  out["name"] = token.name;
  json::array scopes;
  for (const std::string& word : token.scopes.words()) scopes.emplace_back(word);
  out["scopes"] = std::move(scopes);
  if (token.sight.is_all()) {
    out["domains"] = kAllDomains;
  } else {
    json::array domains;
    for (const std::string& domain : token.sight.domains()) domains.emplace_back(domain);
    out["domains"] = std::move(domains);
  }
  out["sha256"] = token.digest;
  if (!token.earlier_digest.empty()) {
    out["earlier_sha256"] = token.earlier_digest;
    out["earlier_until"] = schemas::rfc3339(token.earlier_until);
  }
  out["created_at"] = schemas::rfc3339(token.created_at);
  if (token.expires_at) out["expires_at"] = schemas::rfc3339(*token.expires_at);
  if (token.revoked_at) out["revoked_at"] = schemas::rfc3339(*token.revoked_at);
  out["version"] = token.version;
  return out;
}

// Reads the members of a state; the first fault counts.
class StateReader {
 public:
  explicit StateReader(const json::object& object) : members_(object) {}

  runtime::Explained<TokenState> read() {
    TokenState out;
    out.id = members_.text("id");
    out.name = members_.text("name");
    out.digest = members_.text("sha256");
    out.created_at = time("created_at").value_or(WallTime{});
    out.version = members_.number("version");
    if (members_.find("expires_at") != nullptr) out.expires_at = time("expires_at");
    if (members_.find("revoked_at") != nullptr) out.revoked_at = time("revoked_at");
    if (members_.find("earlier_sha256") != nullptr) {
      out.earlier_digest = members_.text("earlier_sha256");
      out.earlier_until = time("earlier_until").value_or(WallTime{});
    }
    read_scopes(out);
    read_domains(out);
    if (members_.fault()) return *members_.fault();
    return out;
  }

 private:
  std::optional<WallTime> time(std::string_view name) {
    const auto read = schemas::parse_rfc3339(members_.text(name));
    if (read) return *read;
    members_.expected(name, "a time of RFC 3339");
    return std::nullopt;
  }

  // A newer release's scope is nothing that may be done here.
  void read_scopes(TokenState& out) {
    for (const json::value& one : members_.array("scopes")) {
      if (!one.is_string()) continue;
      if (const auto scope = schemas::Scopes::of_words({std::string(one.as_string())})) {
        for (const auto& known : schemas::kScopes) {
          if (scope->has(known.scope)) out.scopes.add(known.scope);
        }
      }
    }
  }

  void read_domains(TokenState& out) {
    const json::value& domains = members_.member("domains");
    if (domains.is_string() && domains.as_string() == kAllDomains) {
      out.sight = schemas::Sight::all();
      return;
    }
    if (!domains.is_array()) return members_.expected("domains", "\"all\" or a list of domains");
    std::set<std::string, std::less<>> names;
    for (const json::value& one : domains.as_array()) {
      if (one.is_string()) names.emplace(one.as_string());
    }
    out.sight = schemas::Sight::of(std::move(names));
  }

  schemas::JsonMembers members_;
};

// `before`: nullptr where it is new.
TokenChange change_to(TokenState after, const TokenState* before, const char* action,
                      const std::string& actor) {
  TokenChange out;
  schemas::pb::ControlChanged& control = *out.event.mutable_control();
  control.set_subject(std::string(kTokenSubject));
  control.set_subject_id(after.id);
  control.set_action(action);
  control.set_actor(actor);
  if (before != nullptr) control.set_before(to_json(*before));
  control.set_after(to_json(after));
  control.set_version(after.version);
  out.after = std::move(after);
  return out;
}

}  // namespace

std::optional<std::string_view> token_id_of(std::string_view text) {
  if (text.size() != kTextOctets || !text.starts_with(kMark)) return std::nullopt;
  const std::string_view rest = text.substr(kMark.size());
  const std::string_view id = rest.substr(0, kIdDigits);
  if (rest[kIdDigits] != '_' || !is_hex(id) || !is_hex(rest.substr(kIdDigits + 1))) {
    return std::nullopt;
  }
  return id;
}

bool is_shown_by(const TokenState& token, std::string_view text, WallTime now) {
  const std::string shown = digest_text(text);
  const bool is_now = runtime::equal_in_constant_time(shown, token.digest);
  const bool was = runtime::equal_in_constant_time(shown, token.earlier_digest);
  return is_now || (was && now < token.earlier_until);
}

bool is_text_of(const TokenState& token, std::string_view text) {
  return runtime::equal_in_constant_time(digest_text(text), token.digest);
}

std::string to_json(const TokenState& token) { return json::serialize(state_of(token)); }

runtime::Explained<TokenState> token_from_json(std::string_view text) {
  const auto value = schemas::parse_strict_json(text);
  if (!value) return value.error();
  if (!value->is_object()) return Failure{Errc::invalid, "the state of a token is an object"};
  return StateReader(value->as_object()).read();
}

TokenChange create_token(const TokenWish& wish, WallTime now, runtime::Chance& chance,
                         const std::string& actor) {
  TokenState token;
  token.id = random_hex<kIdOctets>(chance);
  token.name = wish.name;
  token.scopes = wish.scopes;
  token.sight = wish.sight;
  token.created_at = now;
  token.expires_at = wish.expires_at;
  token.version = 1;
  std::string text = new_text(token.id, chance);
  token.digest = digest_text(text);
  TokenChange out = change_to(std::move(token), nullptr, "created", actor);
  out.text = std::move(text);
  return out;
}

TokenChange rotate_token(const TokenState& token, std::chrono::seconds overlap, WallTime now,
                         runtime::Chance& chance, const std::string& actor) {
  TokenState after = token;
  std::string text = new_text(token.id, chance);
  after.earlier_digest = overlap.count() > 0 ? token.digest : std::string();
  after.earlier_until = now + overlap;
  after.digest = digest_text(text);
  ++after.version;
  TokenChange out = change_to(std::move(after), &token, "changed", actor);
  out.text = std::move(text);
  return out;
}

TokenChange revoke_token(const TokenState& token, WallTime now, const std::string& actor) {
  TokenState after = token;
  after.revoked_at = now;
  ++after.version;
  return change_to(std::move(after), &token, "removed", actor);
}

}  // namespace waybill::control
