#include "stream/transport/transport.h"

namespace waybill::stream {

std::string_view word(Grade grade) {
  switch (grade) {
    case Grade::stored: return "stored";
    case Grade::taken: return "taken";
    case Grade::read: return "read";
    case Grade::sent: return "sent";
  }
  return {};
}

Outcome Outcome::all(std::size_t records, Fate fate) {
  return {.records = std::vector<RecordOutcome>(records, RecordOutcome{.fate = fate})};
}

Outcome Outcome::nothing(std::size_t records, Trouble trouble, runtime::Failure why) {
  Outcome out = all(records, Fate::again);
  out.trouble = trouble;
  out.why = std::move(why);
  return out;
}

}  // namespace waybill::stream
