#include "runtime/http_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace waybill::runtime {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::uint64_t kMaxBody = 64 << 20;

struct Base {
  std::string host;
  std::string port;
};

Result<Base> parse_base(const std::string& base) {
  constexpr std::string_view kScheme = "http://";
  if (base.compare(0, kScheme.size(), kScheme) != 0) return make_error_code(Errc::invalid);
  std::string rest = base.substr(kScheme.size());
  while (!rest.empty() && rest.back() == '/') rest.pop_back();
  const std::size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string::npos && rest.find(']', colon) == std::string::npos;
  Base out{rest.substr(0, has_port ? colon : rest.size()),
           has_port ? rest.substr(colon + 1) : "80"};
  if (out.host.size() > 2 && out.host.front() == '[') {
    out.host = out.host.substr(1, out.host.size() - 2);
  }
  if (out.host.empty() || out.port.empty()) return make_error_code(Errc::invalid);
  return out;
}

Errc translate(const Error& error) {
  if (error == beast::error::timeout) return Errc::timeout;
  if (error == asio::error::connection_refused) return Errc::refused;
  if (error == http::error::body_limit) return Errc::limit_exceeded;
  if (error.category() == asio::error::get_netdb_category()) return Errc::unreachable;
  return Errc::closed;
}

// The steps of one exchange, each begun by the end of the one before.
class Exchange {
 public:
  Exchange(asio::io_context& context, http::request<http::empty_body> request)
      : stream_(context), request_(std::move(request)) {
    parser_.body_limit(kMaxBody);
  }

  void begin(const asio::ip::tcp::resolver::results_type& endpoints, std::chrono::seconds timeout) {
    stream_.expires_after(timeout);
    stream_.async_connect(endpoints, [this](Error unmet, const auto&) {
      if (unmet) return end(unmet);
      http::async_write(stream_, request_, [this](Error wrong, std::size_t) {
        if (wrong) return end(wrong);
        read();
      });
    });
  }

  Error error;
  HttpAnswer answer;

 private:
  void read() {
    http::async_read(stream_, buffer_, parser_, [this](Error wrong, std::size_t) {
      if (wrong) return end(wrong);
      answer.status = parser_.get().result_int();
      answer.body = std::move(parser_.get().body());
    });
  }
  void end(const Error& wrong) { error = wrong; }

  beast::tcp_stream stream_;
  http::request<http::empty_body> request_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
};

}  // namespace

Result<HttpAnswer> http_get(const std::string& base, const std::string& target,
                            std::chrono::seconds timeout) {
  const auto where = parse_base(base);
  if (!where) return where.error();
  asio::io_context context(1);
  Error error;
  asio::ip::tcp::resolver resolver(context);
  const auto endpoints = resolver.resolve(where->host, where->port, error);
  if (error) return make_error_code(Errc::unreachable);
  constexpr int kHttp11 = 11;
  http::request<http::empty_body> request(http::verb::get, target, kHttp11);
  const bool v6 = where->host.find(':') != std::string::npos;
  request.set(http::field::host, (v6 ? "[" + where->host + "]" : where->host) + ":" + where->port);
  request.set(http::field::user_agent, "waybill/" WAYBILL_VERSION);
  request.keep_alive(false);
  Exchange exchange(context, std::move(request));
  exchange.begin(endpoints, timeout);
  context.run();
  if (exchange.error) return make_error_code(translate(exchange.error));
  return std::move(exchange.answer);
}

std::string percent_encode(const std::string& text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[octet >> 4];
      out += kHex[octet & 0xf];
    }
  }
  return out;
}

}  // namespace waybill::runtime
