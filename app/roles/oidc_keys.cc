#include "app/roles/oidc_keys.h"

#include <algorithm>
#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "runtime/clock.h"
#include "runtime/http_base.h"
#include "runtime/log.h"
#include "schemas/json_members.h"
#include "schemas/strict_json.h"

namespace waybill::app {

namespace json = boost::json;
using control::KeySet;
using query::dashboard::SignIn;
using query::dashboard::SignInEndpoints;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Level;

namespace {

// Providers announce a key a day before they use it, and one that is stolen is to end within an
// hour.
constexpr std::chrono::hours kEvery{1};
// Where the provider did not answer.
constexpr std::chrono::seconds kAgain{10};
// Whatever tokens name, the provider is not asked more often.
constexpr std::chrono::seconds kAtMostEvery{60};
constexpr std::chrono::seconds kPatience{5};
constexpr char kDiscovery[] = "/.well-known/openid-configuration";

struct Url {
  std::string base;
  std::string target;
};

// Errc::invalid: it is not https, and not of this machine either.
Explained<Url> parse_url(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return Failure{Errc::invalid, url + " is no URL"};
  const std::size_t path = std::min(url.find('/', scheme + 3), url.size());
  Url out{url.substr(0, path), url.substr(path)};
  const auto base = runtime::HttpBase::parse(out.base);
  if (!base) return Failure{Errc::invalid, url + " is no URL"};
  const bool is_here = base->host == "localhost" || base->host == "127.0.0.1";
  if (!base->tls && !is_here) return Failure{Errc::invalid, url + " is not https"};
  if (out.target.empty()) out.target = "/";
  return out;
}

std::shared_ptr<SignIn> sign_in_of(const OidcConfig& config) {
  if (config.client_id.empty()) return nullptr;
  // OpenID Connect Core 1.0 3.1.2.1: without it there is no ID token, and no nonce in it.
  std::string scope = "openid";
  for (const std::string& one : config.scopes) {
    if (one != "openid") scope += ' ' + one;
  }
  return std::make_shared<SignIn>(query::dashboard::SignInClient{
      config.issuer, config.client_id, std::move(scope), token_word(config)});
}

}  // namespace

// What a job has in its hands: it may outlive whoever gave it.
struct OidcKeys::Fetch {
  std::string issuer;
  std::string jwks;                 // empty: where the provider's configuration says
  std::shared_ptr<SignIn> sign_in;  // null: no browser signs in there
  std::unique_ptr<runtime::HttpClient> http;
  std::atomic<bool> under_way{false};
  std::atomic<bool> failed{false};
  std::atomic<bool> ending{false};

  Explained<std::string> get(const std::string& url) const {
    const auto at = parse_url(url);
    if (!at) return at.error();
    runtime::HttpRequest request;
    request.base = at->base;
    request.target = at->target;
    const auto answer = http->ask(request, kPatience);
    if (!answer) return runtime::explain(answer.error(), "no answer from " + url);
    if (answer->status == 200) return answer->body;
    return Failure{Errc::io_error, url + " answers " + std::to_string(answer->status)};
  }

  // OpenID Connect Discovery 1.0 4.3: what it says of its issuer must be what was asked.
  Explained<json::object> configuration() const {
    std::string base = issuer;
    while (base.ends_with('/')) base.pop_back();
    const auto text = get(base + kDiscovery);
    if (!text) return text.error();
    auto value = schemas::parse_strict_json(*text);
    if (!value || !value->is_object()) {
      return Failure{Errc::invalid, issuer + kDiscovery + " is no configuration of a provider"};
    }
    const std::string said(schemas::text_member(value->as_object(), "issuer"));
    if (said != issuer) {
      return Failure{Errc::invalid, "the provider calls itself " + said + " and not " + issuer};
    }
    return std::move(value->as_object());
  }

  Explained<void> learn_endpoints(const json::object& configuration) const {
    // RFC 9700 2.1.1. Where it says nothing of that, it may take them all the same.
    const auto* const methods =
        schemas::array_member(configuration, "code_challenge_methods_supported");
    if (methods != nullptr &&
        std::find(methods->begin(), methods->end(), "S256") == methods->end()) {
      return Failure{Errc::invalid, "it takes no code challenge by S256"};
    }
    SignInEndpoints endpoints;
    endpoints.authorization = schemas::text_member(configuration, "authorization_endpoint");
    endpoints.token = schemas::text_member(configuration, "token_endpoint");
    const auto* const named =
        configuration.if_contains("authorization_response_iss_parameter_supported");
    endpoints.is_named_in_answers = named != nullptr && named->is_bool() && named->get_bool();
    for (const std::string& url : {endpoints.authorization, endpoints.token}) {
      if (const auto at = parse_url(url); !at) return at.error();
    }
    sign_in->set_endpoints(std::move(endpoints));
    return {};
  }

  // The provider's own words on where its keys are; on the way its endpoints are learned.
  Explained<std::string> where() {
    if (!jwks.empty() && !sign_in) return jwks;
    const auto said = configuration();
    if (!said && jwks.empty()) return said.error();
    if (sign_in) {
      const auto learned = said ? learn_endpoints(*said) : Explained<void>(said.error());
      if (!learned) {
        runtime::log(Level::warn, "app", "nobody can sign in at the OpenID provider from a browser",
                     {{"issuer", issuer}, {"why", learned.error().why}});
        // What it says is good for an hour, as its keys are.
        if (!said) failed.store(true);
      }
    }
    return jwks.empty() ? std::string(schemas::text_member(*said, "jwks_uri")) : jwks;
  }

  Explained<KeySet> keys() {
    const auto at = where();
    if (!at) return at.error();
    if (ending.load()) return Failure{Errc::closed, "the process ends"};
    const auto text = get(*at);
    if (!text) return text.error();
    auto keys = KeySet::parse(*text);
    if (keys && keys->usable() == 0) {
      return Failure{Errc::invalid, *at + " has no key that can be used here"};
    }
    return keys;
  }
};

Explained<std::unique_ptr<OidcKeys>> OidcKeys::make(const OidcConfig& config,
                                                    runtime::Clock& clock) {
  runtime::HttpClientSettings settings;
  settings.ca_file = config.ca;
  settings.max_body = control::kLongestKeySet;
  auto http = runtime::HttpClient::make(std::move(settings));
  if (!http) return http.error();
  auto fetch = std::make_shared<Fetch>();
  fetch->issuer = config.issuer;
  fetch->jwks = config.jwks;
  fetch->sign_in = sign_in_of(config);
  fetch->http = std::move(*http);
  control::JwtRules rules;
  rules.issuer = config.issuer;
  rules.audience = config.audience;
  auto subjects = std::make_shared<control::Subjects>(std::move(rules), config.claims);
  return std::unique_ptr<OidcKeys>(new OidcKeys(std::move(fetch), std::move(subjects), clock));
}

OidcKeys::OidcKeys(std::shared_ptr<Fetch> fetch, std::shared_ptr<control::Subjects> subjects,
                   runtime::Clock& clock)
    : fetch_(std::move(fetch)),
      subjects_(std::move(subjects)),
      clock_(clock),
      worker_(runtime::thread_workers("wb-oidc", 1, 1)) {}

OidcKeys::~OidcKeys() { fetch_->ending.store(true); }

std::shared_ptr<const SignIn> OidcKeys::sign_in() const { return fetch_->sign_in; }

void OidcKeys::tick() {
  const runtime::Instant now = clock_.now();
  if (fetch_->under_way.load()) return;
  if (fetch_->failed.exchange(false)) next_ = now + kAgain;
  wanted_ = subjects_->wants_keys() || wanted_;
  const bool is_due = now >= next_ || (wanted_ && now >= asked_at_ + kAtMostEvery);
  if (!is_due) return;
  wanted_ = false;
  asked_at_ = now;
  next_ = now + kEvery;
  fetch_->under_way.store(true);
  const bool taken = worker_->submit([fetch = fetch_, subjects = subjects_] {
    auto keys = fetch->keys();
    if (keys) {
      runtime::log(Level::info, "app", "the keys of the OpenID provider were fetched",
                   {{"issuer", fetch->issuer}, {"keys", std::uint64_t{keys->usable()}}});
      for (const std::string& line : keys->left_out()) {
        runtime::log(Level::warn, "app", "a key of the OpenID provider is not used",
                     {{"why", line}});
      }
      subjects->set_keys(std::move(*keys));
    } else {
      runtime::log(Level::warn, "app",
                   "the keys of the OpenID provider cannot be fetched; those before stay in force",
                   {{"issuer", fetch->issuer}, {"why", keys.error().why}});
      fetch->failed.store(true);
    }
    fetch->under_way.store(false);
  });
  if (!taken) fetch_->under_way.store(false);
}

}  // namespace waybill::app
