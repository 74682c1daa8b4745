// SignIn: how a browser gets a token of the OpenID provider that vouches for people, as a public
// client by authorization code (RFC 6749 4.1) with PKCE (RFC 7636). It is what everybody at the
// provider's own door is told; nothing of it is secret.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/router.h"
#include "runtime/mutex.h"

namespace waybill::query::dashboard {

// What the operator says of the client that the pages are there.
struct SignInClient {
  std::string issuer;
  std::string client_id;
  std::string scope;  // RFC 6749 3.3: "openid email"
  std::string token;  // which of its tokens is shown here: "access_token" or "id_token"
};

// Where the provider is asked (OpenID Connect Discovery 1.0 3); each is a URL.
struct SignInEndpoints {
  std::string authorization;
  std::string token;
  bool is_named_in_answers = false;  // RFC 9207 3: whoever answers a browser says who that is
};

// Any thread.
class SignIn {
 public:
  explicit SignIn(SignInClient client) : client_(std::move(client)) {}

  void set_endpoints(SignInEndpoints endpoints);

  // What /v1/sign-in says in `oidc`. Without endpoints as long as the provider has not said them.
  std::string json() const;
  // Scheme, host and port of the token endpoint, "https://id.example.org:443"; empty: not known.
  std::string token_origin() const;

 private:
  const SignInClient client_;
  mutable runtime::Mutex mutex_;
  std::optional<SignInEndpoints> endpoints_ WAYBILL_GUARDED_BY(mutex_);
};

// Of the URL of an endpoint; empty: it has none that a policy could name.
std::string origin_of(const std::string& url);

// GET /v1/sign-in. `sign_in` is null where no provider is.
void add_sign_in_route(http::Router& router, std::shared_ptr<const SignIn> sign_in);

}  // namespace waybill::query::dashboard
