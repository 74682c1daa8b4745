#include "app/roles/sts_fetch.h"

namespace waybill::app {

using relay::sts::Policy;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Instant;
using runtime::Task;

Task<Explained<Policy>> fetch_policy(HttpsWorld world, std::string domain, Instant deadline) {
  const std::string host = "mta-sts." + domain;
  HttpsQuestion question;
  question.host = host;
  question.most_octets = kMostPolicyOctets;
  // A target's domain has no octet that means anything here.
  question.octets = "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: " + host +
                    "\r\nUser-Agent: waybill\r\nAccept: text/plain\r\n"
                    "Connection: close\r\n\r\n";
  const auto answer = co_await https_exchange(world, std::move(question), deadline);
  if (!answer) co_return answer.error();
  if (answer->status != 200) {
    co_return Failure{Errc::not_found, host + " answered " + std::to_string(answer->status)};
  }
  // RFC 8461 3.2: what strangers may put on the server is rarely plain text.
  if (!answer->field("Content-Type").starts_with("text/plain")) {
    co_return Failure{Errc::invalid, host + " has no plain text there"};
  }
  auto policy = relay::sts::parse_policy(answer->body);
  if (!policy) co_return Failure{Errc::invalid, host + " has no well-formed policy"};
  co_return std::move(*policy);
}

}  // namespace waybill::app
