// HttpClient: asks servers over HTTP/1.1, with TLS for https, and blocks until they have answered.
// For tools and workers; never on an I/O thread.
//
// Promises: every call ends within its timeout, name resolution included. https verifies the
// server's certificate and name or address, TLS 1.2 or later (asio_tls.h). Connections stay open
// between calls to the same base; one that the server closed meanwhile is replaced, and a GET that
// died with it is asked once more on a fresh one. Redirects are answers like any other.
// A host is asked through a proxy where the settings name one for it.
// Any thread, several at once: each call runs on the thread that makes it. No call runs when the
// client goes away; cancel() ends those under way.
//
// Errors: Errc::invalid for a base or a request that is none (http_base.h, http_request.h);
// refused by the server's system, or because its certificate is not trusted (a log line says which
// and why); unreachable, also for a name without address; timeout; limit_exceeded for an answer
// above its limit or a process out of descriptors; closed for anything that is no whole answer.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/http_answer.h"
#include "runtime/http_attempt.h"
#include "runtime/http_proxy.h"
#include "runtime/http_request.h"
#include "runtime/mutex.h"
#include "runtime/time.h"
#include "runtime/tls_engine.h"

namespace waybill::runtime {

class HttpLane;
struct HttpTerms;

struct HttpClientSettings {
  std::string ca_file;  // PEM: whom to trust; empty: whom the system trusts
  // An answer is held in memory.
  std::size_t max_body = 64 << 20;
  // Shown to a server that asks for one; both empty: none.
  CertificateFiles own{};
  HttpProxies proxies{};
  // Asked of each address of a host before it is dialled, so that no answer of DNS leads elsewhere.
  // Through a proxy, which looks the name up by itself, only of a host given as an address.
  // Empty: all may be.
  std::function<bool(const IpAddress& address)> may_dial{};
};

class HttpClient {
 public:
  // Errc::invalid for a file that is none of its kind; the words name it and the cause.
  static Explained<std::unique_ptr<HttpClient>> make(HttpClientSettings settings);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Result<HttpAnswer> ask(const HttpRequest& request, Duration timeout);
  // The same, and why there is no answer.
  HttpAttempt attempt(const HttpRequest& request, Instant deadline);

  // Each call under way ends soon with Errc::closed or timeout, and each that comes after at once.
  // From any thread, and for good.
  void cancel() noexcept;

  // All of them at the same time; the answers in the order of the requests, each with an error of
  // its own. Returns when the last has ended: a slow one has Errc::timeout and costs the others
  // nothing but the wait for it.
  std::vector<Result<HttpAnswer>> ask_all(const std::vector<HttpRequest>& requests,
                                          Duration timeout);

  // All of them at the same time, each to its end. The chains are called on this thread.
  void follow_all(const std::vector<HttpChain*>& chains, Duration timeout);

 private:
  explicit HttpClient(std::shared_ptr<const HttpTerms> terms);
  std::unique_ptr<HttpLane> take_lane();
  void give_back(std::unique_ptr<HttpLane> lane);

  const std::shared_ptr<const HttpTerms> terms_;
  Mutex mutex_;
  bool cancelled_ WAYBILL_GUARDED_BY(mutex_) = false;
  std::set<HttpLane*> busy_lanes_ WAYBILL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<HttpLane>> free_lanes_ WAYBILL_GUARDED_BY(mutex_);
};

// One GET, by a client of its own that trusts whom the system trusts.
Result<HttpAnswer> http_get(const std::string& base, const std::string& target,
                            std::chrono::seconds timeout);

}  // namespace waybill::runtime
