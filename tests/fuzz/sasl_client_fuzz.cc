// A server that answers a log-in as it likes: no line of ours is too long, none with a secret goes
// out twice, the dialogue ends, and what is kept of its words has no piece of the secret.

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "relay/smtp/client_core.h"

namespace {

using waybill::relay::smtp::Mechanism;
using waybill::relay::smtp::SaslClient;

void require(bool kept) {
  if (!kept) std::abort();
}

// RFC 4954 4: base64, or "*".
void hold_shape(const std::string& line) {
  require(line.size() <= waybill::relay::smtp::kMaxAuthLine && line.ends_with("\r\n"));
  const std::string text = line.substr(0, line.size() - 2);
  require(text.find_first_of("\r\n") == text.npos);
}

}  // namespace

// The first octet names the mechanism, the second how long the secret is; the rest is what the
// server sends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto mechanism = static_cast<Mechanism>(data[0] % 4);
  const std::string secret = "hush" + std::string(data[1] * 30, 'h');
  const std::string_view wire(reinterpret_cast<const char*>(data) + 2, size - 2);
  SaslClient client(mechanism, {"user", secret}, "mx.test", 587);
  std::set<std::string> said;
  const auto say = [&](const std::string& line) {
    hold_shape(line);
    for (const std::string& one : client.secrets()) {
      if (line.find(one) != line.npos) require(said.insert(one).second);
    }
  };
  say(client.begin());
  waybill::relay::smtp::ReplyReader reader;
  reader.feed(wire);
  for (int answers = 0; !client.cancelled(); ++answers) {
    require(answers <= 3);
    const auto reply = reader.next();
    if (!reply || !*reply) break;
    waybill::relay::smtp::parse_extensions(**reply);
    const bool quoted = waybill::relay::smtp::quotes((*reply)->text, client.secrets());
    if (!quoted) require((*reply)->text.find(secret) == std::string::npos);
    if ((*reply)->code != 334) break;
    say(client.answer((*reply)->text));
  }
  return 0;
}
