#include "stream/mapping/format.h"

#include <algorithm>

namespace waybill::stream {

std::string_view word(Format format) {
  switch (format) {
    case Format::waybill: return "waybill";
    case Format::ocsf: return "ocsf";
    case Format::ecs: return "ecs";
    case Format::cef: return "cef";
    case Format::leef: return "leef";
    case Format::cim: return "cim";
  }
  return {};
}

const Format* find_format(std::string_view text) {
  const auto found = std::find_if(kFormats.begin(), kFormats.end(),
                                  [&](Format format) { return word(format) == text; });
  return found == kFormats.end() ? nullptr : &*found;
}

bool is_json(Format format) {
  switch (format) {
    case Format::waybill:
    case Format::ocsf:
    case Format::ecs:
    case Format::cim: return true;
    case Format::cef:
    case Format::leef: return false;
  }
  return false;
}

}  // namespace waybill::stream
