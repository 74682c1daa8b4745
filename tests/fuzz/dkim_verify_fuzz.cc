// Any octets as a whole message, with keys for every name: it is judged the same in one piece and
// octet by octet, and within the limits.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "relay/trust/dkim/verify.h"

namespace {

namespace dkim = waybill::relay::trust::dkim;
namespace runtime = waybill::runtime;
using runtime::Result;
using runtime::Task;

// RFC 8463 A.2 publishes both, with messages that they fit.
constexpr const char* kEd25519 =
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
constexpr const char* kRsa =
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhd"
    "R6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5"
    "QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

void require(bool kept) {
  if (!kept) std::abort();
}

class KeyOfEveryName final : public runtime::dns::Resolver {
 public:
  Task<Result<runtime::dns::Answer<runtime::dns::Mx>>> mx(std::string, runtime::Instant) override {
    co_return make_error_code(runtime::Errc::temporary);
  }
  Task<Result<runtime::dns::Answer<runtime::IpAddress>>> a(std::string, runtime::Instant) override {
    co_return make_error_code(runtime::Errc::temporary);
  }
  Task<Result<runtime::dns::Answer<runtime::IpAddress>>> aaaa(std::string,
                                                              runtime::Instant) override {
    co_return make_error_code(runtime::Errc::temporary);
  }
  Task<Result<runtime::dns::Answer<runtime::Tlsa>>> tlsa(std::string, runtime::Instant) override {
    co_return make_error_code(runtime::Errc::temporary);
  }
  Task<Result<runtime::dns::Answer<std::string>>> ptr(runtime::IpAddress,
                                                      runtime::Instant) override {
    co_return make_error_code(runtime::Errc::temporary);
  }
  Task<Result<runtime::dns::Answer<std::string>>> txt(std::string, runtime::Instant) override {
    runtime::dns::Answer<std::string> answer;
    answer.records = {kEd25519, kRsa};
    co_return answer;
  }
};

class Pieces final : public dkim::BodySource {
 public:
  Pieces(std::string_view text, std::size_t size) : text_(text), size_(size) {}
  Task<Result<std::string_view>> next() override {
    const std::string_view piece = text_.substr(0, size_);
    text_.remove_prefix(piece.size());
    co_return piece;
  }

 private:
  std::string_view text_;
  std::size_t size_;
};

std::vector<dkim::DkimResult> judged(std::string_view header, std::string_view body,
                                     std::size_t piece) {
  boost::asio::io_context io;
  KeyOfEveryName keys;
  Pieces pieces(body, piece);
  std::vector<dkim::DkimResult> out;
  const runtime::WallTime now{std::chrono::seconds(1'700'000'000)};
  boost::asio::co_spawn(io, dkim::verify(keys, header, pieces, now, runtime::Instant()),
                        [&out](std::exception_ptr thrown, auto results) {
                          require(!thrown && results.has_value());
                          out = *results;
                        });
  io.run();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  const std::size_t gap = message.find("\r\n\r\n");
  const std::string_view header = message.substr(0, gap);
  const std::string_view body =
      gap == std::string_view::npos ? std::string_view() : message.substr(gap + 4);
  const auto whole = judged(header, body, 1000);
  const auto single = judged(header, body, 1);
  require(!whole.empty() && whole.size() <= dkim::kMaxSignatures && whole.size() == single.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    require(whole[i].word == single[i].word && whole[i].reason == single[i].reason);
  }
  return 0;
}
