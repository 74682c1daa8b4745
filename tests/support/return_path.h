// A return path as tests begin with it: of a verified mail from ann@origin.test to shop@alias.test.
#pragma once

#include "schemas/return_path.h"

namespace waybill::tests {

inline schemas::ReturnPath return_path() {
  schemas::ReturnPath out;
  out.alias = "shop@alias.test";
  out.domain = "alias.test";
  out.sender = "ann@origin.test";
  out.target = "bob@hop.test";
  out.route = "shop@alias.test";
  out.verified = true;
  out.reason = "SPF passed for origin.test";
  out.rfc5322_message_id = "<1@origin.test>";
  out.header_from = "ann@origin.test";
  return out;
}

}  // namespace waybill::tests
