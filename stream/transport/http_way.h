// HttpWay: the way to one receiver over HTTP: where it is, who it trusts us by, and what an answer
// of any such receiver means by its status alone.
//
// Blocks; one thread at a time, but cancel(). Each request ends within its timeout. Words of a
// receiver are made one line of printable text, and no credential stands in them or in any other
// words: a receiver may repeat what it was sent.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/clock.h"
#include "runtime/http_client.h"
#include "stream/transport/transport.h"

namespace waybill::stream {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpWaySettings {
  // "https://siem.example:9200", with a path and a query where the receiver is not at the root.
  std::string url{};
  std::string ca_file{};            // PEM: whom to trust; empty: whom the system trusts
  runtime::CertificateFiles own{};  // shown to a receiver that asks; empty: none
  // "http://proxy.example:3128"; empty: HTTPS_PROXY and NO_PROXY are honoured; "none": none.
  std::string proxy{};
  std::string no_proxy{};                                // as NO_PROXY, beside `proxy`
  HttpFields secret_fields{};                            // Authorization and the like
  bool gzip = false;                                     // of the bodies of requests
  runtime::Duration timeout = std::chrono::seconds(60);  // of one request
  std::size_t max_answer = 16 << 20;                     // octets
  std::function<bool(const runtime::IpAddress& address)> may_dial{};
};

struct HttpReply {
  // With an answer of 2xx: none.
  Trouble trouble = Trouble::none;
  runtime::Failure why{};
  std::optional<runtime::Duration> retry_after{};
  // 0: there is no answer.
  unsigned status = 0;
  std::string body{};
};

class HttpWay {
 public:
  // Errc::invalid: a URL, a proxy or a file that is none.
  static runtime::Explained<std::unique_ptr<HttpWay>> make(HttpWaySettings settings,
                                                           const runtime::Clock& clock);

  struct Post {
    std::string_view path{};  // behind that of the URL
    std::string_view content_type{};
    HttpFields fields{};
    std::string body{};
  };
  HttpReply post(Post post, runtime::Instant deadline);
  // A body of nothing where there is none.
  HttpReply ask(std::string method, std::string_view path, runtime::Instant deadline);

  void cancel() noexcept { client_->cancel(); }

  // "https://siem.example:9200": what words may name.
  const std::string& name() const { return base_; }
  const std::string& target() const { return target_; }
  const runtime::Clock& clock() const { return clock_; }

  // Words of the receiver as they may be shown: one line, cut, without a secret.
  std::string words(std::string_view text) const;
  // "https://siem.example:9200: HTTP 400: WORDS"
  runtime::Failure said(const HttpReply& reply, std::string_view words) const;

 private:
  HttpWay(HttpWaySettings settings, const runtime::Clock& clock);
  HttpReply send(runtime::HttpRequest request, runtime::Instant deadline);
  HttpReply judge(runtime::HttpAttempt attempt) const;

  const HttpWaySettings settings_;
  const runtime::Clock& clock_;
  std::string base_;
  std::string target_;
  std::vector<std::string> secrets_;
  std::unique_ptr<runtime::HttpClient> client_;
};

// What a status means for any receiver. Exposed for tests.
Trouble trouble_of(unsigned status);

}  // namespace waybill::stream
