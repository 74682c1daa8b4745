// HttpLane: HTTP exchanges of one thread at a time, with the connections that stay open between
// them. What HttpClient is made of; its promises are there.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/dialer.h"
#include "runtime/http_answer.h"
#include "runtime/http_attempt.h"
#include "runtime/http_base.h"
#include "runtime/http_proxy.h"
#include "runtime/http_request.h"
#include "runtime/tls_engine.h"

namespace waybill::runtime {

// Of a client, the same for all its lanes (HttpClientSettings).
struct HttpTerms {
  TlsContext trust;
  std::size_t max_body;
  HttpProxies proxies;
  std::function<bool(const IpAddress& address)> may_dial;
};

class HttpLane {
 public:
  explicit HttpLane(std::shared_ptr<const HttpTerms> terms);

  // All of them at once; blocks until the last has ended, `deadline` at the latest.
  std::vector<Result<HttpAnswer>> ask_all(const std::vector<HttpRequest>& requests,
                                          Instant deadline);
  void follow_all(const std::vector<HttpChain*>& chains, Instant deadline);
  HttpAttempt attempt(const HttpRequest& request, Instant deadline);

  // What is under way ends soon, and what comes after at once. Any thread, for good.
  void stop() noexcept;

 private:
  struct Idle {
    HttpBase base;
    std::unique_ptr<Connection> connection;
    Instant since;
  };

  // Where there is no connection, why.
  struct Way {
    std::unique_ptr<Connection> connection{};
    HttpAttempt attempt{};
  };
  static Way no_way(const Error& error, HttpFault fault = HttpFault::weather, std::string why = {});

  void run(std::vector<Task<void>> tasks);
  Task<void> follow(HttpChain& chain, Instant deadline);
  Task<void> ask_into(const HttpRequest& request, Instant deadline, HttpAttempt& out);
  Task<HttpAttempt> ask(const HttpRequest& request, Instant deadline);
  // `heard`: whether anything came back.
  Task<HttpAttempt> talk(std::unique_ptr<Connection> connection, const HttpBase& base,
                         const HttpRequest& request, Instant deadline, bool& heard);
  Task<Result<HttpAnswer>> exchange(Connection& connection, std::string octets,
                                    const HttpRequest& request, Instant deadline, bool& heard,
                                    bool& reusable);
  Task<Way> connect(const HttpBase& base, Instant deadline);
  Task<Way> dial(const HttpBase& to, bool guarded, Instant deadline);
  Task<Way> way_through(std::unique_ptr<Connection> connection, const HttpBase& base,
                        const HttpProxy& proxy, Instant deadline);
  Task<Way> secure(std::unique_ptr<Connection> connection, const HttpBase& base, Instant deadline);
  std::unique_ptr<Connection> take_idle(const HttpBase& base);
  void keep_idle(const HttpBase& base, std::unique_ptr<Connection> connection);

  const std::shared_ptr<const HttpTerms> terms_;
  std::unique_ptr<Dialer> dialer_ = tcp();
  std::atomic<bool> stopped_ = false;
  std::size_t begun_ = 0;  // of the tasks of run()
  boost::asio::io_context context_{1};
  std::vector<Idle> idle_;  // the longest idle first

  static std::unique_ptr<Dialer> tcp();
};

}  // namespace waybill::runtime
