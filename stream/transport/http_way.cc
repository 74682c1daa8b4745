#include "stream/transport/http_way.h"

#include <algorithm>

#include "runtime/gzip.h"
#include "runtime/retry_after.h"
#include "schemas/utf8.h"

namespace waybill::stream {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::HttpFault;
using runtime::Instant;

namespace {

constexpr std::size_t kMostWords = 300;  // octets of a receiver's words that are shown
// A shorter one would blot out every other word, and is no secret.
constexpr std::size_t kLeastSecret = 4;

struct PartedUrl {
  std::string base;
  std::string target;
};

// The URL is not repeated in words: that of a webhook is often a secret as a whole.
Explained<PartedUrl> parted_url(std::string_view url) {
  const Failure none{Errc::invalid, "no URL of a receiver: expected https://HOST:PORT/PATH"};
  const std::size_t scheme = url.find("://");
  if (scheme == url.npos || url.find('#') != url.npos) return none;
  const std::size_t path = std::min(url.find_first_of("/?", scheme + 3), url.size());
  const auto base = runtime::HttpBase::parse(url.substr(0, path));
  if (!base) return none;
  PartedUrl out{.base = std::string(base->tls ? "https://" : "http://") + base->authority(),
                .target = std::string(url.substr(path))};
  if (out.target.starts_with('?')) out.target.insert(0, "/");
  const bool query = out.target.find('?') != std::string::npos;
  while (!query && out.target.ends_with('/')) out.target.pop_back();
  return out;
}

Explained<runtime::HttpProxies> proxies_of(const HttpWaySettings& settings) {
  if (settings.proxy.empty()) return runtime::HttpProxies::of_environment();
  if (settings.proxy == "none") return runtime::HttpProxies{};
  return runtime::HttpProxies::one(settings.proxy, settings.no_proxy);
}

std::string_view advice_for(unsigned status) {
  switch (status) {
    case 401: return "it does not know us: see the sink's credentials";
    case 403: return "it does not let us write: see what the sink's credentials may do";
    case 404: return "there is nothing at this URL: see the sink's url";
    case 407: return "the proxy wants other credentials: see the sink's proxy";
    default: break;
  }
  if (status / 100 == 3)
    return "it points elsewhere, and no redirect is followed: see the sink's url";
  return {};
}

void replace_all(std::string& text, const std::string& what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
}

}  // namespace

Trouble trouble_of(unsigned status) {
  if (status / 100 == 2) return Trouble::none;
  switch (status) {
    case 400:
    case 413:
    case 422: return Trouble::batch;
    case 408:  // RFC 9110 15.5.9
    case 425:
    case 429: return Trouble::weather;
    default: return status / 100 == 5 ? Trouble::weather : Trouble::setup;
  }
}

Explained<std::unique_ptr<HttpWay>> HttpWay::make(HttpWaySettings settings,
                                                  const runtime::Clock& clock) {
  auto at = parted_url(settings.url);
  if (!at) return at.error();
  auto proxies = proxies_of(settings);
  if (!proxies) return proxies.error();
  auto client = runtime::HttpClient::make({.ca_file = settings.ca_file,
                                           .max_body = settings.max_answer,
                                           .own = settings.own,
                                           .proxies = std::move(*proxies),
                                           .may_dial = settings.may_dial});
  if (!client) return client.error();
  std::unique_ptr<HttpWay> out(new HttpWay(std::move(settings), clock));
  out->base_ = std::move(at->base);
  out->target_ = std::move(at->target);
  out->client_ = std::move(*client);
  return out;
}

HttpWay::HttpWay(HttpWaySettings settings, const runtime::Clock& clock)
    : settings_(std::move(settings)), clock_(clock) {
  for (const auto& [name, value] : settings_.secret_fields) {
    secrets_.push_back(value);
    // Of "Splunk TOKEN" and "Bearer TOKEN" the token alone.
    secrets_.push_back(value.substr(value.rfind(' ') + 1));
  }
  std::erase_if(secrets_, [](const std::string& one) { return one.size() < kLeastSecret; });
}

HttpReply HttpWay::post(Post post, Instant deadline) {
  runtime::HttpRequest request;
  request.method = "POST";
  request.target = target_ + std::string(post.path);
  request.fields = std::move(post.fields);
  request.fields.emplace_back("Content-Type", post.content_type);
  request.body = std::move(post.body);
  if (settings_.gzip) {
    request.body = runtime::gzip(request.body);
    request.fields.emplace_back("Content-Encoding", "gzip");
  }
  return send(std::move(request), deadline);
}

HttpReply HttpWay::ask(std::string method, std::string_view path, Instant deadline) {
  runtime::HttpRequest request;
  request.method = std::move(method);
  request.target = target_ + std::string(path);
  return send(std::move(request), deadline);
}

HttpReply HttpWay::send(runtime::HttpRequest request, Instant deadline) {
  request.base = base_;
  if (request.target.empty()) request.target = "/";
  for (const auto& field : settings_.secret_fields) request.fields.push_back(field);
  const Instant until = runtime::sooner(deadline, clock_.now() + settings_.timeout);
  return judge(client_->attempt(request, until));
}

HttpReply HttpWay::judge(runtime::HttpAttempt attempt) const {
  HttpReply out;
  if (!attempt.answer) {
    std::string why = base_ + ": " + attempt.answer.error().message();
    if (!attempt.why.empty()) why = base_ + ": " + words(attempt.why);
    out.trouble = attempt.fault == HttpFault::weather ? Trouble::weather : Trouble::setup;
    if (attempt.fault == HttpFault::unwelcome) why += ": see the sink's certificate";
    if (attempt.fault == HttpFault::untrusted) why += ": see the sink's ca";
    out.why = {runtime::errc_of(attempt.answer.error()), std::move(why)};
    return out;
  }
  out.status = attempt.answer->status;
  out.trouble = trouble_of(out.status);
  out.body = std::move(attempt.answer->body);
  out.retry_after = runtime::retry_after(attempt.answer->field("Retry-After"), clock_.wall());
  if (out.trouble != Trouble::none) {
    const std::string hint(advice_for(out.status));
    out.why = said(out, hint.empty() ? words(out.body) : hint + ": " + words(out.body));
  }
  return out;
}

std::string HttpWay::words(std::string_view text) const {
  constexpr std::size_t kLooked = 64 << 10;
  std::string out(text.substr(0, kLooked));
  // The front of a secret that is cut off there would not be found.
  std::size_t longest = 0;
  for (const std::string& secret : secrets_) longest = std::max(longest, secret.size());
  if (text.size() > kLooked) out.resize(out.size() - std::min(out.size(), longest));
  for (const std::string& secret : secrets_) replace_all(out, secret, "[secret]");
  out = schemas::printable(out);
  return std::string(schemas::cut_utf8(out, kMostWords));
}

Failure HttpWay::said(const HttpReply& reply, std::string_view text) const {
  std::string why = base_ + ": HTTP " + std::to_string(reply.status);
  if (!text.empty()) why.append(": ").append(text);
  const bool passes = reply.trouble == Trouble::weather;
  return {passes ? Errc::temporary : Errc::refused, std::move(why)};
}

}  // namespace waybill::stream
