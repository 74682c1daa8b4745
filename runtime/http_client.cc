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
  auto trust = TlsContext::client(settings.ca_file);
  if (!trust) return trust.error();
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(*trust), settings.max_body));
}

HttpClient::HttpClient(TlsContext trust, std::size_t max_body)
    : trust_(std::move(trust)), max_body_(max_body) {}

HttpClient::~HttpClient() = default;

Result<HttpAnswer> HttpClient::ask(const HttpRequest& request, Duration timeout) {
  return std::move(ask_all({request}, timeout).front());
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
  if (free_lanes_.empty()) return std::make_unique<HttpLane>(trust_, max_body_);
  auto lane = std::move(free_lanes_.back());
  free_lanes_.pop_back();
  return lane;
}

void HttpClient::give_back(std::unique_ptr<HttpLane> lane) {
  const MutexLock lock(mutex_);
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
