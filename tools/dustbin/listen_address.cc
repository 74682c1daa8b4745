#include "tools/dustbin/listen_address.h"

#include <string>

#include "app/config/endpoint_text.h"

namespace waybill::tools::dustbin {

using runtime::Errc;
using runtime::Failure;

runtime::Explained<runtime::Endpoint> listen_address(std::string_view text) {
  const auto endpoint = app::parse_endpoint(text);
  if (!endpoint) {
    return Failure{Errc::invalid, "expected ip:port, as in 127.0.0.1:2526 or [::1]:2526, found \"" +
                                      std::string(text) + "\""};
  }
  if (!endpoint->address.is_loopback()) {
    return Failure{
        Errc::invalid,
        endpoint->address.to_string() +
            " is not a loopback address. The dustbin says 250 to mail for anyone and throws it "
            "away: reachable from other hosts it would swallow real mail. Listen on 127.0.0.1 or "
            "[::1]"};
  }
  return *endpoint;
}

}  // namespace waybill::tools::dustbin
