#include "control/jwt/refusal.h"

#include "schemas/utf8.h"

namespace waybill::control {

std::string quoted(std::string_view text) {
  const std::string_view shown = schemas::cut_utf8(text, kMostQuoted);
  std::string out = "\"" + schemas::printable(shown);
  if (shown.size() < text.size()) out += "...";
  return out + "\"";
}

runtime::Failure refused(std::string why) { return {runtime::Errc::invalid, std::move(why)}; }

}  // namespace waybill::control
