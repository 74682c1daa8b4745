// A search of a running Waybill, printed. Blocking.
#pragma once

#include <string>
#include <vector>

#include "tools/api/api_client.h"
#include "tools/trace/options.h"
#include "tools/trace/pages.h"

namespace waybill::tools {

enum class Plan { carry_out, explain };

// Of /v1/search. Dates without a zone are UTC, as all times are that are printed.
ApiAnswer ask_search(ApiClient& api, const std::string& query, const TraceOptions& options,
                     Plan plan);
// Of a good answer: what was left out of the text, and what else it may mean, on standard error.
void say_notes(const ApiAnswer& answer);
std::vector<Pages> groups_of(ApiClient& api, const ApiAnswer& answer, const TraceOptions& options);
// Says on standard error why there is no answer; the exit code.
int refuse(const ApiClient& api, const std::string& query, const ApiAnswer& answer);

// The exit code. What one group lacks is said, and the others are printed.
int run_search(ApiClient& api, const std::string& query, const TraceOptions& options);

}  // namespace waybill::tools
