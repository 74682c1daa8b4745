// Finding: what a check of `waybill doctor` has to say about one thing, in words for an operator.
// Values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waybill::tools::doctor {

// In the order of what a reader wants to see last.
enum class Severity {
  fine,
  note,     // worth knowing; nothing is wrong
  warning,  // something will be wrong soon, or would be at the next accident
  unseen,   // it could not be looked at from here
  wrong,    // mail, bounces or history suffer now
};

// "fine", "note", "warning", "unseen", "wrong".
std::string_view word(Severity severity);

struct Finding {
  Severity severity = Severity::fine;
  std::string subject;   // "waybill.deliveries.v1", "mx.example.org"
  std::string sentence;  // what is so; no capital, no full stop, for it stands behind the subject
  std::string advice;    // what to do; a sentence. Empty: nothing
};

using Findings = std::vector<Finding>;

// The findings of one check under the name that they are shown with.
struct Group {
  std::string check;
  Findings findings;
};

}  // namespace waybill::tools::doctor
