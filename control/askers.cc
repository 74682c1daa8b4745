#include "control/askers.h"

#include <algorithm>
#include <optional>

#include "control/refusals.h"
#include "http/local_host.h"
#include "runtime/ascii.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"

namespace waybill::control {
namespace {

using http::Asker;
using http::Problem;
using schemas::Principal;
using schemas::Scopes;
using schemas::Sight;

// Asked at once by one token, in seconds of its rate: a page that loads asks for several things.
constexpr double kBurstSeconds = 10;
constexpr double kSecondsPerHour = 3600;
// Of those who asked lately: beyond, who has not asked for ten seconds is forgotten.
constexpr std::size_t kMostRemembered = 10'000;
constexpr std::chrono::seconds kForgetEvery{1};
// JWTs of one client that are refused, in a second and at once.
constexpr double kFailures = 20;
Asker make_asker(Principal::Kind kind, Scopes scopes) {
  Principal out;
  out.kind = kind;
  out.scopes = scopes;
  out.sight = Sight::all();
  return std::make_shared<const Principal>(std::move(out));
}

Asker make_local(LocalMay may) {
  if (may == LocalMay::nothing) return nullptr;
  const Scopes scopes = may == LocalMay::admin ? Scopes::all() : http::local_reader().scopes;
  return make_asker(Principal::Kind::local, scopes);
}

// Servers in front that ask for a password may hand it on: it is not for here.
bool is_for_others(std::string_view authorization) {
  for (const std::string_view scheme : {"basic ", "digest ", "negotiate ", "ntlm "}) {
    if (runtime::ascii::equal(authorization.substr(0, scheme.size()), scheme)) return true;
  }
  return false;
}

// RFC 6750 2.1; empty: nothing is shown in this way.
std::string_view bearer_of(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (!runtime::ascii::equal(authorization.substr(0, kScheme.size()), kScheme)) return {};
  authorization.remove_prefix(kScheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  return authorization;
}

// RFC 7515 7.1; a token of ours has no dot.
bool looks_like_jwt(std::string_view text) { return text.find('.') != std::string_view::npos; }

// A page of the open web that a browser on this machine shows may ask here too: it cannot read the
// answers, but it must not change anything, nor be on record as this machine. Such a request names
// where the page is from.
bool may_be_a_strangers_page(const http::Request& request) {
  const std::string_view site = request.field("Sec-Fetch-Site");
  const bool from_here = site.empty() || site == "same-origin" || site == "none";
  const bool reads = request.method == "GET" || request.method == "HEAD";
  return !from_here || (!reads && !request.field("Origin").empty());
}

// Two would be read as one by some and as the other by others.
std::size_t fields_named(const http::Request& request, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(request.fields.begin(), request.fields.end(),
                    [&](const auto& field) { return runtime::ascii::equal(field.first, name); }));
}

// How often each of many did something lately.
class Buckets {
 public:
  // Each may do so many in a second, on the average, and `most` at once.
  Buckets(double per_second, double most) : per_hour_(per_second * kSecondsPerHour), most_(most) {}

  bool has_room(const std::string& who, runtime::Instant now) {
    if (buckets_.size() >= kMostRemembered && now >= forget_at_) forget(now);
    runtime::LeakyBucket& bucket = buckets_[who];
    bucket.drain(now, per_hour_);
    return bucket.level < most_;
  }
  void add(const std::string& who, runtime::Instant now) {
    buckets_[who].drain(now, per_hour_);
    buckets_[who].level += 1;
  }

 private:
  // Those that have run out.
  void forget(runtime::Instant now) {
    forget_at_ = now + kForgetEvery;
    std::erase_if(buckets_,
                  [&](const auto& one) { return one.second.level_at(now, per_hour_) <= 0; });
  }

  const double per_hour_;
  const double most_;
  std::map<std::string, runtime::LeakyBucket> buckets_;
  runtime::Instant forget_at_{};
};

class Askers final : public http::Principals {
 public:
  Askers(AskersParts parts, AskersSettings settings)
      : parts_(std::move(parts)),
        settings_(std::move(settings)),
        local_(make_local(settings_.local)),
        owner_(make_asker(Principal::Kind::owner, Scopes::all())),
        asked_(settings_.requests_per_second, settings_.requests_per_second * kBurstSeconds) {}

  std::variant<Asker, Problem> who(const http::Request& request) override {
    const std::string_view authorization = request.field("Authorization");
    const std::size_t shown = fields_named(request, "Authorization");
    if (shown > 1) {
      return http::problem_of(400, "malformed_request", "Authorization is one field.");
    }
    if (shown == 0 || is_for_others(authorization)) return who_shows_nothing(request);
    if (parts_.owner && parts_.owner->shown_by(authorization)) return owner_;
    const std::string_view text = bearer_of(authorization);
    if (parts_.subjects != nullptr && looks_like_jwt(text))
      return who_is_vouched_for(text, request.client);
    if (!token_id_of(text)) return credentials_refused();
    if (!parts_.tokens->whole()) return tokens_unread();
    const Asker asker = parts_.tokens->shown_by(text, parts_.clock->wall());
    if (!asker) return credentials_refused();
    return asker;
  }

  std::optional<Problem> asks_too_often(const Principal& asker) override {
    using Kind = Principal::Kind;
    if (asker.kind != Kind::token && asker.kind != Kind::subject) return std::nullopt;
    const runtime::Instant now = parts_.clock->now();
    const runtime::MutexLock lock(mutex_);
    if (!asked_.has_room(asker.text(), now)) return too_many_requests();
    asked_.add(asker.text(), now);
    return std::nullopt;
  }

  // A node of the cluster asks for those whom another node has let in.
  std::optional<Problem> owes_a_reason(const Principal& asker) override {
    const auto& domains = settings_.require_reason;
    const bool owes = std::any_of(domains.begin(), domains.end(), [&](const std::string& domain) {
      return domain == kEveryDomain || asker.sight.sees_domain(domain);
    });
    if (!owes || asker.kind == Principal::Kind::node) return std::nullopt;
    return reason_required();
  }

 private:
  // A signature costs a moment to check, whoever made it up.
  std::variant<Asker, Problem> who_is_vouched_for(std::string_view jwt,
                                                  const http::Client& client) {
    const std::string from = client.from.address.to_string();
    if (fails_too_often(from)) return too_many_requests();
    auto out = parts_.subjects->who(jwt, parts_.clock->wall());
    if (std::holds_alternative<Problem>(out)) add_failure(from);
    return out;
  }

  bool fails_too_often(const std::string& from) {
    const runtime::MutexLock lock(mutex_);
    return !failed_.has_room(from, parts_.clock->now());
  }
  void add_failure(const std::string& from) {
    const runtime::MutexLock lock(mutex_);
    failed_.add(from, parts_.clock->now());
  }

  std::variant<Asker, Problem> who_shows_nothing(const http::Request& request) const {
    // A client of HTTP/1.0 may name none; a browser always does.
    const std::string_view host = request.field("Host");
    const bool is_here =
        request.client.from.address.is_loopback() && (host.empty() || http::names_local_host(host));
    if (!local_ || !is_here || may_be_a_strangers_page(request)) return credentials_missing();
    return local_;
  }

  const AskersParts parts_;
  const AskersSettings settings_;
  const Asker local_;  // null: nobody
  const Asker owner_;
  runtime::Mutex mutex_;
  Buckets asked_ WAYBILL_GUARDED_BY(mutex_);  // by who was let in
  // By client: JWTs that were refused.
  Buckets failed_ WAYBILL_GUARDED_BY(mutex_){kFailures, kFailures};
};

}  // namespace

std::unique_ptr<http::Principals> askers(AskersParts parts, AskersSettings settings) {
  return std::make_unique<Askers>(std::move(parts), std::move(settings));
}

}  // namespace waybill::control
