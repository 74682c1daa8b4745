// Whatever a client says in HELO is one of the four claims.

#include <cstddef>
#include <cstdint>

#include "relay/door/helo_claim.h"
#include "runtime/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace waybill;
  const std::string_view helo(reinterpret_cast<const char*>(data), size);
  const auto client = boost::asio::ip::make_address("2001:db8::1");
  const auto here = boost::asio::ip::make_address("192.0.2.25");
  const auto claim = relay::door::look_at_helo({helo, client, here, "mx.waybill.test"});
  if (claim == relay::door::HeloClaim::ours) {
    runtime::check(helo.size() >= 10, "our name and our address are longer");
  }
  return 0;
}
