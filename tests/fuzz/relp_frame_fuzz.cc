// Answers of RELP receivers: fed whole and fed an octet at a time, the same frames come out, and
// each is what it is when it is written again.

#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/check.h"
#include "stream/transport/relp_frame.h"

using namespace waybill;  // NOLINT: a program of one function
using stream::RelpFrame;
using stream::RelpReader;

namespace {

struct Seen {
  std::vector<RelpFrame> frames;
  bool invalid = false;
};

Seen read(std::string_view octets, std::size_t step) {
  RelpReader reader;
  Seen seen;
  for (std::size_t at = 0; at < octets.size() && !seen.invalid; at += step) {
    reader.feed(octets.substr(at, step));
    for (;;) {
      auto frame = reader.next();
      seen.invalid = !frame;
      if (!frame || !*frame) break;
      seen.frames.push_back(std::move(**frame));
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const Seen together = read(octets, size == 0 ? 1 : size);
  const Seen drip = read(octets, 1);
  runtime::check(together.frames == drip.frames, "how octets are cut changes no frame");
  runtime::check(together.invalid == drip.invalid, "how octets are cut changes no fault");
  for (const RelpFrame& frame : drip.frames) {
    runtime::check(frame.data.size() <= stream::kMostRelpData, "data is within its limit");
    (void)stream::relp_status(frame);
    std::string written;
    stream::append_relp(frame.txnr, frame.command, frame.data, written);
    const Seen again = read(written, written.size());
    runtime::check(again.frames.size() == 1 && again.frames[0] == frame, "it comes back");
  }
  return 0;
}
