// What a search text is read with in tests: a Wednesday noon, a reader in Berlin, a domain of ours.
#pragma once

#include <string>

#include "query/search/parse.h"
#include "schemas/event.h"

namespace waybill::query::search {

inline Context reader_in_berlin() {
  Context out;
  out.now = *schemas::parse_rfc3339("2026-03-11T12:00:00Z");
  out.utc_offset = std::chrono::minutes(60);
  out.is_ours = [](const std::string& domain) { return domain == "example.org"; };
  out.rules = {"unknown-alias", "greylist", "dmarc", "syntax", "loop"};
  out.states = {"accepted", "forwarded", "rejected",       "deferred", "dropped",
                "in_doubt", "bounced",   "not_understood", "delivered"};
  out.dashboard = "https://mx.example.org";
  return out;
}

}  // namespace waybill::query::search
