#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::fine: return "fine";
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::unseen: return "unseen";
    case Severity::wrong: return "wrong";
  }
  return "unseen";
}

}  // namespace waybill::tools::doctor
