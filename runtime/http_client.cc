#include "runtime/http_client.h"

#include <algorithm>

#include "runtime/clock.h"
#include "runtime/http_lane.h"
#include "runtime/log.h"

namespace waybill::runtime {
namespace {

// As many threads as ask at once in the usual case; the connections of more are closed.
constexpr std::size_t kMaxFreeLanes = 8;
// What is larger cannot be added to a point in time.
constexpr Duration kLongest = std::chrono::hours(24);

}  // namespace

Explained<std::unique_ptr<HttpClient>> HttpClient::make(HttpClientSettings settings) {
  const bool shows_itself = !settings.own.chain.empty() || !settings.own.key.empty();
  auto trust = shows_itself ? TlsContext::client(settings.ca_file, settings.own)
                            : TlsContext::client(settings.ca_file);
  if (!trust) return trust.error();
  auto terms = std::make_shared<const HttpTerms>(HttpTerms{std::move(*trust), settings.max_body,
                                                           std::move(settings.proxies),
                                                           std::move(settings.may_dial)});
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(terms)));
}

HttpClient::HttpClient(std::shared_ptr<const HttpTerms> terms) : terms_(std::move(terms)) {}

HttpClient::~HttpClient() = default;

Result<HttpAnswer> HttpClient::ask(const HttpRequest& request, Duration timeout) {
  return std::move(ask_all({request}, timeout).front());
}

HttpAttempt HttpClient::attempt(const HttpRequest& request, Instant deadline) {
  auto lane = take_lane();
  auto out = lane->attempt(request, deadline);
  give_back(std::move(lane));
  return out;
}

void HttpClient::cancel() noexcept {
  const MutexLock lock(mutex_);
  cancelled_ = true;
  for (HttpLane* const lane : busy_lanes_) lane->stop();
}

std::vector<Result<HttpAnswer>> HttpClient::ask_all(const std::vector<HttpRequest>& requests,
                                                    Duration timeout) {
  const Instant deadline = std::chrono::steady_clock::now() + std::min(timeout, kLongest);
  auto lane = take_lane();
  auto answers = lane->ask_all(requests, deadline);
  give_back(std::move(lane));
  return answers;
}

void HttpClient::follow_all(const std::vector<HttpChain*>& chains, Duration timeout) {
  const Instant deadline = std::chrono::steady_clock::now() + std::min(timeout, kLongest);
  auto lane = take_lane();
  lane->follow_all(chains, deadline);
  give_back(std::move(lane));
}

// The one given back last: its connections are the freshest.
std::unique_ptr<HttpLane> HttpClient::take_lane() {
  const MutexLock lock(mutex_);
  std::unique_ptr<HttpLane> lane;
  if (free_lanes_.empty()) {
    lane = std::make_unique<HttpLane>(terms_);
  } else {
    lane = std::move(free_lanes_.back());
    free_lanes_.pop_back();
  }
  if (cancelled_) lane->stop();
  busy_lanes_.insert(lane.get());
  return lane;
}

void HttpClient::give_back(std::unique_ptr<HttpLane> lane) {
  const MutexLock lock(mutex_);
  busy_lanes_.erase(lane.get());
  if (free_lanes_.size() < kMaxFreeLanes) free_lanes_.push_back(std::move(lane));
}

Result<HttpAnswer> http_get(const std::string& base, const std::string& target,
                            std::chrono::seconds timeout) {
  const auto client = HttpClient::make(HttpClientSettings{});
  if (!client) {
    log(Level::error, "runtime", "no HTTP client", {{"cause", client.error().why}});
    return client.error().code;
  }
  HttpRequest request;
  request.base = base;
  request.target = target;
  return (*client)->ask(request, timeout);
}

}  // namespace waybill::runtime
