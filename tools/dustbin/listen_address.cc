#include "tools/dustbin/listen_address.h"

#include "app/config/endpoint_text.h"

namespace waybill::tools::dustbin {

runtime::Result<runtime::Endpoint> listen_address(std::string_view text, std::string& why) {
  const auto endpoint = app::parse_endpoint(text);
  if (!endpoint) {
    why =
        "expected ip:port, as in 127.0.0.1:2526 or [::1]:2526, found \"" + std::string(text) + "\"";
    return make_error_code(runtime::Errc::invalid);
  }
  if (!endpoint->address.is_loopback()) {
    why = endpoint->address.to_string() +
          " is not a loopback address. The dustbin says 250 to mail for anyone and throws it away: "
          "reachable from other hosts it would swallow real mail. Listen on 127.0.0.1 or [::1]";
    return make_error_code(runtime::Errc::invalid);
  }
  return *endpoint;
}

}  // namespace waybill::tools::dustbin
