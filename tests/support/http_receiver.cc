#include "tests/support/http_receiver.h"

#include "runtime/asio_net.h"
#include "runtime/asio_tls.h"
#include "runtime/clock.h"

namespace waybill::tests {

using runtime::Connection;
using runtime::Instant;
using runtime::Task;

namespace {

runtime::Endpoint any_port() { return {boost::asio::ip::make_address("127.0.0.1"), 0}; }

}  // namespace

std::string HeardRequest::field(const std::string& name) const {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

HttpReceiver::HttpReceiver(Answerer answerer, const runtime::TlsContext* tls)
    : answerer_(std::move(answerer)) {
  io_.call([&] {
    auto listener = runtime::listen_tcp(io_.context(), any_port());
    listener_ = std::move(listener.value());
    if (tls != nullptr) listener_ = runtime::tls_listener(std::move(listener_), *tls);
    scope_.spawn("accept", accept());
  });
}

HttpReceiver::~HttpReceiver() {
  io_.call([&] {
    listener_->close();
    for (Connection* connection : open_) connection->close();
  });
  for (std::size_t running = 1; running > 0;) io_.call([&] { running = scope_.running(); });
}

std::string HttpReceiver::port() const { return std::to_string(listener_->local().port); }

std::vector<HeardRequest> HttpReceiver::heard() const {
  const runtime::MutexLock lock(mutex_);
  return heard_;
}

Task<void> HttpReceiver::accept() {
  for (;;) {
    auto accepted = co_await listener_->accept(io_.executor());
    if (!accepted) co_return;
    scope_.spawn("serve", serve(std::move(*accepted)));
  }
}

Task<void> HttpReceiver::serve(std::unique_ptr<Connection> connection) {
  open_.insert(connection.get());
  std::string unread;
  for (bool goes_on = true; goes_on;) {
    HeardRequest request;
    goes_on = co_await read(*connection, unread, request);
    if (!goes_on) break;
    {
      const runtime::MutexLock lock(mutex_);
      heard_.push_back(request);
    }
    GivenAnswer answer = answerer_(request);
    if (request.method == "HEAD" || request.method == "CONNECT") answer.body.clear();
    goes_on = co_await give(*connection, std::move(answer));
  }
  open_.erase(connection.get());
}

Task<bool> HttpReceiver::read(Connection& connection, std::string& unread, HeardRequest& into) {
  std::string buffer(64 << 10, '\0');
  const std::span<char> space(buffer);
  std::size_t head = std::string::npos;
  std::size_t size = 0;
  for (;;) {
    if (head == std::string::npos && (head = unread.find("\r\n\r\n")) != std::string::npos) {
      into.head = unread.substr(0, head + 4);
      into.method = into.head.substr(0, into.head.find(' '));
      const std::size_t target = into.method.size() + 1;
      into.target = into.head.substr(target, into.head.find(' ', target) - target);
      const std::string length = into.field("Content-Length");
      if (!length.empty()) size = std::stoul(length);
    }
    if (head != std::string::npos && unread.size() >= head + 4 + size) break;
    const auto count = co_await connection.read_some(space, Instant::max());
    if (!count) co_return false;
    unread.append(buffer, 0, *count);
  }
  into.body = unread.substr(head + 4, size);
  unread.erase(0, head + 4 + size);
  co_return true;
}

Task<bool> HttpReceiver::give(Connection& connection, GivenAnswer answer) {
  using Manner = GivenAnswer::Manner;
  if (answer.manner == Manner::none) co_return false;
  if (answer.manner == Manner::silent) {
    std::string octet(1, '\0');
    const std::span<char> into(octet);
    co_await connection.read_some(into, Instant::max());
    co_return false;
  }
  if (answer.after > runtime::Duration::zero()) {
    co_await clock_.sleep_until(clock_.now() + answer.after);
  }
  std::string octets = "HTTP/1.1 " + std::to_string(answer.status) + " Said\r\n" + answer.fields +
                       "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" +
                       answer.body;
  if (answer.manner == Manner::cut) octets.resize(octets.size() - answer.body.size() / 2 - 1);
  const auto written = co_await connection.write(octets, Instant::max());
  co_return written&& answer.manner == Manner::whole;
}

std::string port_of_nobody() {
  return std::make_unique<HttpReceiver>([](const HeardRequest&) { return GivenAnswer{}; })->port();
}

}  // namespace waybill::tests
