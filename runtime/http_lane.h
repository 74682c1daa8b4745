// HttpLane: HTTP exchanges of one thread at a time, with the connections that stay open between
// them. What HttpClient is made of; its promises are there.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/dialer.h"
#include "runtime/http_answer.h"
#include "runtime/http_base.h"
#include "runtime/http_request.h"
#include "runtime/tls_engine.h"

namespace waybill::runtime {

class HttpLane {
 public:
  HttpLane(TlsContext trust, std::size_t max_body);

  // All of them at once; blocks until the last has ended, `deadline` at the latest.
  std::vector<Result<HttpAnswer>> ask_all(const std::vector<HttpRequest>& requests,
                                          Instant deadline);
  void follow_all(const std::vector<HttpChain*>& chains, Instant deadline);

 private:
  struct Idle {
    HttpBase base;
    std::unique_ptr<Connection> connection;
    Instant since;
  };

  Task<void> follow(HttpChain& chain, Instant deadline);
  Task<void> ask_into(const HttpRequest& request, Instant deadline, Result<HttpAnswer>& out);
  Task<Result<HttpAnswer>> ask(const HttpRequest& request, Instant deadline);
  // `heard`: whether anything came back.
  Task<Result<HttpAnswer>> talk(std::unique_ptr<Connection> connection, const HttpBase& base,
                                const HttpRequest& request, Instant deadline, bool& heard);
  Task<Result<std::unique_ptr<Connection>>> connect(const HttpBase& base, Instant deadline);
  std::unique_ptr<Connection> take_idle(const HttpBase& base);
  void keep_idle(const HttpBase& base, std::unique_ptr<Connection> connection);

  TlsContext trust_;
  std::size_t max_body_;
  std::unique_ptr<Dialer> dialer_ = tcp();
  boost::asio::io_context context_{1};
  std::vector<Idle> idle_;  // the longest idle first

  static std::unique_ptr<Dialer> tcp();
};

}  // namespace waybill::runtime
