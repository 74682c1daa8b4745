// judge_body: what stands against a message or a report once it is whole, in the order in which it
// is looked for. Pure functions.
#pragma once

#include <optional>

#include "relay/policy/rules.h"
#include "relay/returnpath/decide.h"
#include "relay/smtp/body_reader.h"
#include "relay/trust/authors.h"
#include "relay/trust/dmarc/evaluate.h"
#include "schemas/address.h"

namespace waybill::relay::policy {

struct BodyFacts {
  smtp::BodyFault fault = smtp::BodyFault::none;
  // The spool took all of it.
  enum class Kept { whole, in_part };
  Kept kept = Kept::whole;
  int received_fields = 0;
  // It would be folded into the field that is put in front.
  bool begins_with_blank = false;
  // Its end is beyond what is held to be judged.
  bool header_too_large = false;
};

std::optional<Refusal> judge_body(const BodyFacts& facts);

// Whether some recipient's domain grants the author's domain the rejection that it asks for.
enum class DmarcEnforced { no, yes };

// DMARC judges authors: a message that hides its own is taken by nobody who enforces it. Reports
// from the null sender may name a program alone.
std::optional<Refusal> judge_from(trust::From from, const std::optional<schemas::Address>& sender,
                                  DmarcEnforced enforced);

std::optional<Refusal> judge_dmarc(const trust::dmarc::DmarcResult& result, DmarcEnforced enforced);

// A report at its turn. `earlier`: the same report, come before.
std::optional<Refusal> judge_report(const schemas::ReturnPath& path,
                                    const schemas::ReturnPath::Report* earlier);

// Why a report goes nowhere; for a decision that does not hand it on.
Rule rule_of(const returnpath::Decision& decision);

}  // namespace waybill::relay::policy
