// What the verifier says of a message, where every name has the same keys; and that in words.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relay/trust/dkim/verify.h"
#include "runtime/check.h"
#include "tests/support/text_body.h"

namespace waybill::tests {

// Answers with these records under every name, and has no others.
class KeysOfEveryName final : public runtime::dns::Resolver {
 public:
  explicit KeysOfEveryName(std::vector<std::string> records) : records_(std::move(records)) {}

  runtime::Task<runtime::Result<runtime::dns::Answer<runtime::dns::Mx>>> mx(
      std::string, runtime::Instant) override {
    co_return make_error_code(runtime::Errc::temporary);
  }
  runtime::Task<runtime::Result<runtime::dns::Answer<runtime::IpAddress>>> a(
      std::string, runtime::Instant) override {
    co_return make_error_code(runtime::Errc::temporary);
  }
  runtime::Task<runtime::Result<runtime::dns::Answer<runtime::IpAddress>>> aaaa(
      std::string, runtime::Instant) override {
    co_return make_error_code(runtime::Errc::temporary);
  }
  runtime::Task<runtime::Result<runtime::dns::Answer<runtime::Tlsa>>> tlsa(
      std::string, runtime::Instant) override {
    co_return make_error_code(runtime::Errc::temporary);
  }
  runtime::Task<runtime::Result<runtime::dns::Answer<std::string>>> ptr(runtime::IpAddress,
                                                                        runtime::Instant) override {
    co_return make_error_code(runtime::Errc::temporary);
  }
  runtime::Task<runtime::Result<runtime::dns::Answer<std::string>>> txt(std::string,
                                                                        runtime::Instant) override {
    runtime::dns::Answer<std::string> answer;
    answer.records = records_;
    co_return answer;
  }

 private:
  std::vector<std::string> records_;
};

// The body comes in pieces of that size.
inline std::vector<relay::trust::dkim::DkimResult> judged(std::vector<std::string> records,
                                                          std::string_view header,
                                                          std::string_view body,
                                                          std::size_t piece) {
  boost::asio::io_context io;
  KeysOfEveryName keys(std::move(records));
  TextBody pieces{std::string(body), piece};
  std::vector<relay::trust::dkim::DkimResult> out;
  const runtime::WallTime now{std::chrono::seconds(1'700'000'000)};
  boost::asio::co_spawn(
      io, relay::trust::dkim::verify(keys, header, pieces, now, runtime::Instant()),
      [&out](std::exception_ptr thrown, auto results) {
        runtime::check(!thrown && results.has_value(), "a message is judged, whatever it is");
        out = *results;
      });
  io.run();
  return out;
}

// "pass; fail body hash differs": word and reason of each.
inline std::string words_of(const std::vector<relay::trust::dkim::DkimResult>& results) {
  std::string out;
  for (const auto& one : results) {
    if (!out.empty()) out += "; ";
    out += word_of(one.word);
    if (!one.reason.empty()) out += " " + one.reason;
  }
  return out;
}

}  // namespace waybill::tests
