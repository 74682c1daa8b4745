// Answers of HTTP servers: fed whole and fed an octet at a time, the same answer comes out, or
// none.

#include <cstdint>
#include <string_view>

#include "runtime/check.h"
#include "runtime/http_answer.h"

using namespace waybill::runtime;  // NOLINT: a program of one function

namespace {

constexpr std::size_t kMaxBody = 1000;

struct Seen {
  bool whole = false;
  bool wrong = false;
  HttpAnswer answer;
};

Seen read(std::string_view octets, std::size_t step) {
  HttpAnswerReader reader(kMaxBody);
  Seen seen;
  for (std::size_t at = 0; at < octets.size() && !seen.whole && !seen.wrong; at += step) {
    const auto state = reader.feed(octets.substr(at, step));
    seen.wrong = !state;
    seen.whole = state && *state == HttpAnswerReader::State::whole;
  }
  if (seen.whole) seen.answer = reader.take();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const Seen together = read(octets, size == 0 ? 1 : size);
  const Seen drip = read(octets, 1);
  check(together.whole == drip.whole, "how octets are cut makes no answer and loses none");
  check(together.answer.status == drip.answer.status, "how octets are cut changes no status");
  check(together.answer.body == drip.answer.body, "how octets are cut changes no body");
  check(together.answer.fields == drip.answer.fields, "how octets are cut changes no field");
  check(drip.answer.body.size() <= kMaxBody, "a body is within its limit");
  return 0;
}
