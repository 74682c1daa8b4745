// [http.oidc]: the OpenID provider that vouches for people who ask.

#include <algorithm>

#include "app/config/sections.h"

namespace waybill::app {

namespace {

void take(TomlReader& reader, std::string_view key, std::string& into) {
  if (const auto text = reader.text(key)) into = text->value;
}

bool is_web_address(std::string_view text) {
  return text.starts_with("https://") || text.starts_with("http://localhost") ||
         text.starts_with("http://127.0.0.1");
}

// RFC 6749 3.3.
bool is_scope(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; });
}

// What the dashboard asks the provider for.
void read_client(TomlReader& reader, OidcConfig& oidc) {
  take(reader, "client_id", oidc.client_id);
  for (const WrittenText& scope : reader.texts("scopes")) {
    if (is_scope(scope.value)) {
      oidc.scopes.emplace_back(scope.value);
    } else {
      reader.expected(scope, "a scope, without blanks and quotes");
    }
  }
  oidc.shows_id_token = reader.choice("token", kShownTokens) == std::size_t{1};
  if (!oidc.client_id.empty()) {
    if (oidc.issuer.empty()) {
      reader.expected(*reader.find("client_id"), reader.name("client_id"), "issuer beside it");
    }
    return;
  }
  for (const char* const key : {"scopes", "token"}) {
    if (const auto* const node = reader.find(key)) {
      reader.expected(*node, reader.name(key), "client_id beside it");
    }
  }
}

}  // namespace

void read_oidc(TomlReader& reader, OidcConfig& oidc) {
  for (const auto& [key, into] :
       {std::pair<const char*, std::string*>("issuer", &oidc.issuer), {"jwks", &oidc.jwks}}) {
    take(reader, key, *into);
    if (into->empty() || is_web_address(*into)) continue;
    reader.expected(*reader.find(key), reader.name(key),
                    "\"https://...\", or http:// at localhost");
    into->clear();
  }
  take(reader, "audience", oidc.audience);
  take(reader, "scope_claim", oidc.claims.scopes);
  take(reader, "domain_claim", oidc.claims.domains);
  read_path(reader, "ca", oidc.ca);
  read_client(reader, oidc);
  if (oidc.issuer.empty() == oidc.audience.empty()) return;
  const char* const has = oidc.issuer.empty() ? "audience" : "issuer";
  const char* const lacks = oidc.issuer.empty() ? "issuer" : "audience";
  reader.expected(*reader.find(has), reader.name(has), std::string(lacks) + " beside it");
  oidc.issuer.clear();
}

}  // namespace waybill::app
