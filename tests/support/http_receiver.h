// HttpReceiver: a server of HTTP on loopback that answers as its test says, whole, late, cut off or
// not at all. On sockets of this house, so that it is a peer in TLS as well.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/asio_clock.h"
#include "runtime/io_thread.h"
#include "runtime/listener.h"
#include "runtime/mutex.h"
#include "runtime/scope.h"
#include "runtime/tls_engine.h"

namespace waybill::tests {

struct HeardRequest {
  std::string method;
  std::string target;
  std::string head;  // with its request line, up to the empty line
  std::string body;

  bool has(std::string_view text) const { return head.find(text) != std::string::npos; }
  // The value of a field, by its name as it was written.
  std::string field(const std::string& name) const;
};

struct GivenAnswer {
  enum class Manner {
    whole,
    cut,     // half of it, then the end
    none,    // the end at once
    silent,  // nothing, for as long as the client waits
  };

  unsigned status = 200;
  std::string body{};
  std::string fields{};  // each with its CRLF
  Manner manner = Manner::whole;
  runtime::Duration after{};  // so long after the request
};

// Any thread.
class HttpReceiver {
 public:
  // Called on the receiver's own thread, one request at a time.
  using Answerer = std::function<GivenAnswer(const HeardRequest& request)>;

  explicit HttpReceiver(Answerer answerer, const runtime::TlsContext* tls = nullptr);
  ~HttpReceiver();
  HttpReceiver(const HttpReceiver&) = delete;
  HttpReceiver& operator=(const HttpReceiver&) = delete;

  std::string port() const;
  std::string base() const { return "http://127.0.0.1:" + port(); }
  std::vector<HeardRequest> heard() const;

 private:
  runtime::Task<void> accept();
  runtime::Task<void> serve(std::unique_ptr<runtime::Connection> connection);
  runtime::Task<bool> read(runtime::Connection& connection, std::string& unread,
                           HeardRequest& into);
  runtime::Task<bool> give(runtime::Connection& connection, GivenAnswer answer);

  const Answerer answerer_;
  mutable runtime::Mutex mutex_;
  std::vector<HeardRequest> heard_ WAYBILL_GUARDED_BY(mutex_);
  runtime::AsioClock clock_;
  runtime::IoThread io_{"wb-test"};
  runtime::Scope scope_{io_.executor()};
  std::unique_ptr<runtime::Listener> listener_;
  std::set<runtime::Connection*> open_;
};

// A port of loopback where nobody listens.
std::string port_of_nobody();

}  // namespace waybill::tests
