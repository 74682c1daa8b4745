// Which events of the log a reader of it wants: the conditions of the feed and of an export, read
// at one place from a request.
#pragma once

#include <string>
#include <vector>

#include "http/parameters.h"
#include "http/request.h"
#include "query/feed/filter.h"
#include "query/sources.h"

namespace waybill::query {

struct LogQuestion {
  feed::Filter filter;                  // with the sight of the asker
  std::string domain{};                 // the one of ours that it names; empty: none, or several
  std::vector<std::string> subjects{};  // what is looked at, for the record of who asked
};

// What is wrong `parameters` says.
LogQuestion read_log_question(const Sources& sources, const http::Request& request,
                              http::Parameters& parameters);

}  // namespace waybill::query
