// Whether a program says of its own mail that no person wrote it (RFC 3834 5, and what programs
// before and beside it do). The mark does not say what the mail is: reports bear it too.
#pragma once

#include "relay/returnpath/report/mime_parts.h"

namespace waybill::relay::returnpath::report {

enum class Automatic {
  no,
  generated,  // a program wrote it; an answer or anything else
  replied,    // a program answers
};

Automatic automatic_of(const Message& message);

}  // namespace waybill::relay::returnpath::report
