// What `waybill export` is asked for: words and flags of the search language (docs/search.md).
// Blocking.
#pragma once

#include <string>
#include <vector>

#include "tools/api/api_client.h"
#include "tools/trace/words.h"

namespace waybill::tools {

struct ExportQuestion {
  std::vector<std::string> words;
  std::vector<FlagWords> flags;
  std::string match = "mailbox";
};

// Arguments and flags; `question` lives as long as the process.
void add_question(app::Command command, ExportQuestion& question);

// Whether anything is asked for.
bool asks(const ExportQuestion& question);

// "/v1/exports?domain=example.org", to be asked by POST: the server reads the query. Empty after
// why was said on standard error, with the exit code.
std::string export_target(ApiClient& api, const ExportQuestion& question, int& exit_code);

}  // namespace waybill::tools
