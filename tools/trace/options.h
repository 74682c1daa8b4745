// What `waybill trace` was asked.
#pragma once

#include <string>
#include <vector>

#include "tools/api/api_client.h"
#include "tools/trace/words.h"

namespace waybill::tools {

enum class Form { table, json, csv };

struct TraceOptions {
  std::vector<std::string> words;
  std::vector<FlagWords> flags;
  std::string match = "mailbox";
  std::uint64_t limit = 50;  // entries of each group
  bool all = false;
  bool json = false;
  bool csv = false;
  bool follow = false;
  bool explain = false;
  ApiOptions api;

  Form form() const { return json ? Form::json : csv ? Form::csv : Form::table; }
};

}  // namespace waybill::tools
