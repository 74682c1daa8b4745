// Any octets as a message that is signed: where there is a signature, it is a field of printable
// ASCII in short lines, and it is verified.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "relay/message/header_fields.h"
#include "relay/trust/dkim/body_hash.h"
#include "relay/trust/dkim/sign.h"
#include "relay/trust/dkim/tag_list.h"
#include "relay/trust/dkim/verify.h"

namespace {

namespace dkim = waybill::relay::trust::dkim;
namespace runtime = waybill::runtime;
using runtime::Result;
using runtime::Task;

// Of no worth.
constexpr const char* kPem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJPGLfY/zagMvw3KgtgNfK9Knn1shcF0xWI0nWMHIFX0\n"
    "-----END PRIVATE KEY-----\n";

void require(bool kept) {
  if (!kept) std::abort();
}

const dkim::SigningKey& key() {
  static const dkim::SigningKey one{"alias.test", "key", runtime::PrivateKey::read(kPem)};
  return one;
}

std::string record_of(const dkim::SigningKey& one) {
  return "k=ed25519; p=" + dkim::encode_base64(one.key->public_octets());
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
    answer.records = {record_of(key())};
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
  const std::string header(message.substr(0, gap == std::string_view::npos ? gap : gap + 2));
  const std::string_view body =
      gap == std::string_view::npos ? std::string_view() : message.substr(gap + 4);
  dkim::BodyHashes hashes;
  hashes.ask(dkim::Form::relaxed, {});
  hashes.take(body);
  hashes.end();
  const runtime::WallTime now{std::chrono::seconds(1'700'000'000)};
  const auto digest = hashes.hash(dkim::Form::relaxed, {}).digest;
  const std::string field = dkim::sign(header, digest, key(), now);
  if (field.empty()) return 0;
  for (const char c : field) require((c >= ' ' && c <= '~') || c == '\r' || c == '\n' || c == '\t');
  require(waybill::relay::message::split_header(field).size() == 1);
  const auto results = judged(field + header, body, 1000);
  require(!results.empty() && results.front().word == dkim::DkimWord::pass);
  return 0;
}
