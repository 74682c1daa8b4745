#include "app/roles/oidc_keys.h"

#include <atomic>
#include <boost/json/object.hpp>

#include "runtime/clock.h"
#include "runtime/http_base.h"
#include "runtime/log.h"
#include "schemas/json_members.h"
#include "schemas/strict_json.h"

namespace waybill::app {

using control::KeySet;
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

}  // namespace

// What a job has in its hands: it may outlive whoever gave it.
struct OidcKeys::Fetch {
  std::string issuer;
  std::string jwks;  // empty: where the provider's configuration says
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
  Explained<std::string> where() const {
    if (!jwks.empty()) return jwks;
    std::string base = issuer;
    while (base.ends_with('/')) base.pop_back();
    const auto text = get(base + kDiscovery);
    if (!text) return text.error();
    const auto value = schemas::parse_strict_json(*text);
    if (!value || !value->is_object()) {
      return Failure{Errc::invalid, issuer + kDiscovery + " is no configuration of a provider"};
    }
    const auto& object = value->as_object();
    const std::string said(schemas::text_member(object, "issuer"));
    if (said != issuer) {
      return Failure{Errc::invalid, "the provider calls itself " + said + " and not " + issuer};
    }
    return std::string(schemas::text_member(object, "jwks_uri"));
  }

  Explained<KeySet> keys() const {
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
