// What our verifier says of messages, for whoever compares it with others.
//
// Each line of standard input is {"message": BASE64, "keys": {NAME: TEXT}, "now": SECONDS}; a line
// of standard output answers each: [{"word": WORD, "reason": TEXT}], in the header's order.

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "relay/trust/dkim/tag_list.h"
#include "relay/trust/dkim/verify.h"
#include "tests/support/run_task.h"
#include "tests/support/text_body.h"
#include "tests/support/virtual_clock.h"
#include "tests/support/zone_resolver.h"

namespace waybill::tests {
namespace {

namespace json = boost::json;
namespace dkim = relay::trust::dkim;

// Unlike 1 << 16 or any line's length, so that pieces end everywhere.
constexpr std::size_t kPiece = 1021;

std::string verdict(const json::object& one) {
  boost::asio::io_context io;
  VirtualClock clock;
  ZoneResolver zone(clock);
  for (const auto& [name, text] : one.at("keys").as_object()) {
    zone.add_text(name, std::string(text.as_string()));
  }
  const auto message = dkim::decode_base64(std::string_view(one.at("message").as_string()));
  if (!message) throw std::runtime_error("a message that is not base64");
  const std::string_view octets = *message;
  const std::size_t gap = octets.starts_with("\r\n") ? 0 : octets.find("\r\n\r\n");
  const std::size_t body = gap == std::string_view::npos ? octets.size() : gap + (gap == 0 ? 2 : 4);
  TextBody source(std::string(octets.substr(body)), kPiece);
  const runtime::WallTime now{std::chrono::seconds(one.at("now").as_int64())};
  const auto results = run_task(io, dkim::verify(zone, octets.substr(0, body), source, now,
                                                 clock.now() + std::chrono::seconds(5)));
  json::array out;
  for (const dkim::DkimResult& result : *results) {
    out.push_back({{"word", word_of(result.word)}, {"reason", result.reason}});
  }
  return json::serialize(out);
}

}  // namespace
}  // namespace waybill::tests

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << waybill::tests::verdict(boost::json::parse(line).as_object()) << '\n';
  }
  return std::cout.flush() ? 0 : 1;
}
