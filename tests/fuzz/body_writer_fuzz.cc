// What the body writer writes, read back by a plain reader of RFC 5321 4.5.2, is the message; and
// it refuses exactly what could end the data early elsewhere.

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "relay/smtp/client_core.h"

namespace {

void require(bool kept) {
  if (!kept) std::abort();
}

// Octet by octet, and slow on purpose: it shares no idea with the writer.
bool may_be_sent(std::string_view message) {
  for (std::size_t i = 0; i < message.size(); ++i) {
    const bool after_cr = i > 0 && message[i - 1] == '\r';
    if ((message[i] == '\n') != after_cr) return false;
    const bool line_start = i == 0 || message[i - 1] == '\n';
    if (line_start && message[i] == '\0') return false;
  }
  return !message.ends_with('\r');
}

// The message in `wire`; nothing if it does not end at, and only at, its end.
std::optional<std::string> read_data(std::string_view wire) {
  std::string message;
  while (!wire.empty()) {
    const std::size_t end = wire.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view line = wire.substr(0, end + 2);
    wire.remove_prefix(line.size());
    if (line == ".\r\n") return wire.empty() ? std::optional(message) : std::nullopt;
    if (line.starts_with('.')) line.remove_prefix(1);
    message += line;
  }
  return std::nullopt;
}

}  // namespace

// The first octet says how the rest is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1 + data[0] % 32;
  const std::string_view message(reinterpret_cast<const char*>(data) + 1, size - 1);

  waybill::relay::smtp::BodyWriter writer;
  std::string wire;
  bool taken = true;
  for (std::size_t at = 0; taken && at < message.size(); at += step) {
    const std::size_t before = wire.size();
    taken = writer.write(message.substr(at, step), wire).has_value();
    require(taken || wire.size() == before);
  }
  taken = taken && writer.finish(wire);

  require(taken == may_be_sent(message));
  if (!taken) return 0;
  std::string expected(message);
  if (!expected.empty() && !expected.ends_with("\r\n")) expected += "\r\n";
  require(read_data(wire) == expected);
  return 0;
}
