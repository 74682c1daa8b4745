// Replies of a server, in any split, are the same replies, and each keeps the reader's promises.

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "relay/smtp/client_core.h"

namespace {

using waybill::relay::smtp::ReplyReader;
using waybill::schemas::Reply;

struct Heard {
  std::vector<Reply> replies;
  waybill::runtime::Error error;
  bool rest = false;

  bool operator==(const Heard&) const = default;
};

void take(ReplyReader& reader, Heard& heard) {
  while (!heard.error) {
    auto reply = reader.next();
    if (!reply) heard.error = reply.error();
    if (!reply || !*reply) return;
    heard.replies.push_back(**reply);
  }
}

void require(bool kept) {
  if (!kept) std::abort();
}

void hold_promises(const Reply& reply) {
  require(reply.code >= 200 && reply.code <= 599);
  for (const char c : reply.text) {
    const auto octet = static_cast<unsigned char>(c);
    require(octet == '\n' || (octet >= 0x20 && octet != 0x7f));
  }
  waybill::relay::smtp::parse_extensions(reply);
}

}  // namespace

// The first octet says how the rest is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1 + data[0] % 16;
  const std::string_view wire(reinterpret_cast<const char*>(data) + 1, size - 1);

  ReplyReader whole_reader;
  Heard whole;
  whole_reader.feed(wire);
  take(whole_reader, whole);
  whole.rest = !whole.error && whole_reader.has_rest();

  ReplyReader cut_reader;
  Heard cut;
  for (std::size_t at = 0; at < wire.size(); at += step) {
    cut_reader.feed(wire.substr(at, step));
    take(cut_reader, cut);
  }
  cut.rest = !cut.error && cut_reader.has_rest();

  require(whole == cut);
  for (const Reply& reply : whole.replies) hold_promises(reply);
  return 0;
}
