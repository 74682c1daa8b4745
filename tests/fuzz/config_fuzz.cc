// Any text is a configuration within its bounds, or complaints in the order of lines, each one line
// fit for a terminal.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "app/config/config.h"
#include "app/config/number_keys.h"
#include "app/config/summary.h"

namespace {

using waybill::app::Complaint;
using waybill::app::Config;

void require(bool kept) {
  if (!kept) std::abort();
}

bool fits_a_line(std::string_view text) {
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f) return false;
  }
  return !text.empty();
}

void hold_promises(const std::vector<Complaint>& complaints) {
  require(!complaints.empty());
  std::pair<std::uint32_t, std::uint32_t> before;
  for (const Complaint& complaint : complaints) {
    const std::pair place(complaint.line, complaint.column);
    require(place >= before && complaint.line > 0 && complaint.column > 0);
    require(fits_a_line(complaint.text));
    before = place;
  }
}

void hold_promises(const Config& config) {
  for (const auto& number : waybill::app::number_keys()) {
    require(number.get(config) >= number.least && number.get(config) <= number.most);
  }
  require(!config.smtp_listen.empty() && config.http_listen.address.is_loopback());
  require(!config.host_name.empty() && !config.node.empty() && !config.data_dir.empty());
  require(describe_difference(config, config) == "nothing");
  require(!waybill::app::summary(config).empty());
  // Every alias is found under the name that the table gives it.
  for (const auto& [name, domain] : config.routes->domains()) {
    const auto any = waybill::schemas::Address::parse("any@" + name);
    require(any.has_value());
    for (const auto& [alias, action] : domain.aliases) {
      const auto lookup = config.routes->find(any->with_local(alias));
      const auto* found = std::get_if<waybill::relay::routes::Found>(&lookup);
      require(found != nullptr && found->action == &action);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto loaded = waybill::app::read_config({reinterpret_cast<const char*>(data), size});
  std::visit([](const auto& outcome) { hold_promises(outcome); }, loaded);
  return 0;
}
