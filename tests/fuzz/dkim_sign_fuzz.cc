// Any octets as a message that is signed: where there is a signature, it is a field of printable
// ASCII in short lines, and it is verified.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "relay/message/header_fields.h"
#include "relay/trust/dkim/body_hash.h"
#include "relay/trust/dkim/sign.h"
#include "relay/trust/dkim/tag_list.h"
#include "relay/trust/dkim/verify.h"
#include "runtime/base64.h"
#include "tests/support/dkim_judged.h"

namespace {

namespace dkim = waybill::relay::trust::dkim;
namespace runtime = waybill::runtime;

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
  return "k=ed25519; p=" + runtime::encode_base64(one.key->public_octets());
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
  const auto results = waybill::tests::judged({record_of(key())}, field + header, body, 1000);
  require(!results.empty() && results.front().word == dkim::DkimWord::pass);
  return 0;
}
