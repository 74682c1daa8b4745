#include "relay/trust/dkim/result.h"

namespace waybill::relay::trust::dkim {

std::string_view word_of(DkimWord word) {
  switch (word) {
    case DkimWord::none: return "none";
    case DkimWord::pass: return "pass";
    case DkimWord::fail: return "fail";
    case DkimWord::policy: return "policy";
    case DkimWord::neutral: return "neutral";
    case DkimWord::temperror: return "temperror";
    case DkimWord::permerror: return "permerror";
  }
  return "neutral";
}

}  // namespace waybill::relay::trust::dkim
