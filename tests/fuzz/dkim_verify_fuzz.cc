// Any octets as a whole message, with keys for every name: it is judged the same in one piece and
// octet by octet, and within the limits.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "relay/trust/dkim/verify.h"
#include "tests/support/dkim_judged.h"

namespace {

namespace dkim = waybill::relay::trust::dkim;

// RFC 8463 A.2 publishes both, with messages that they fit.
constexpr const char* kEd25519 =
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
constexpr const char* kRsa =
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhd"
    "R6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5"
    "QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

void require(bool kept) {
  if (!kept) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  const std::size_t gap = message.find("\r\n\r\n");
  const std::string_view header = message.substr(0, gap);
  const std::string_view body =
      gap == std::string_view::npos ? std::string_view() : message.substr(gap + 4);
  const auto whole = waybill::tests::judged({kEd25519, kRsa}, header, body, 1000);
  const auto single = waybill::tests::judged({kEd25519, kRsa}, header, body, 1);
  require(!whole.empty() && whole.size() <= dkim::kMaxSignatures && whole.size() == single.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    require(whole[i].word == single[i].word && whole[i].reason == single[i].reason);
  }
  return 0;
}
