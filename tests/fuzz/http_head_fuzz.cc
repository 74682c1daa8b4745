// Heads of HTTP requests: fed whole and fed an octet at a time, the same requests come out, up to
// the first that is refused.

#include <cstdint>
#include <string_view>
#include <vector>

#include "http/codec.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of one function

namespace {

struct Seen {
  std::vector<std::string> targets;
  bool refused = false;
};

// False: nothing further may be fed.
bool drain(http::HeadReader& reader, Seen& seen) {
  while (const auto incoming = reader.next()) {
    const auto* const head = std::get_if<http::Head>(&*incoming);
    if (head == nullptr) {
      seen.refused = true;
      return false;
    }
    seen.targets.push_back(head->method + " " + head->target);
    if (!head->keep_alive) return false;
  }
  return true;
}

constexpr std::string_view kEnd = "\r\n\r\n";

Seen read(std::string_view octets, std::size_t step) {
  http::HeadReader reader;
  Seen seen;
  for (std::size_t at = 0; at < octets.size(); at += step) {
    reader.feed(octets.substr(at, step));
    if (!drain(reader, seen)) return seen;
  }
  // A head cut off may be known to be wrong sooner or later; once it has its end it must be known.
  reader.feed(kEnd);
  drain(reader, seen);
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const Seen whole = read(octets, size == 0 ? 1 : size);
  const Seen drip = read(octets, 1);
  runtime::check(whole.targets == drip.targets, "how octets are cut changes no request");
  runtime::check(whole.refused == drip.refused, "how octets are cut changes no refusal");
  return 0;
}
