// Which events of the log a question wants: the parameters that feed and export have together.
#pragma once

#include "http/parameters.h"
#include "http/request.h"
#include "query/feed/filter.h"
#include "query/sources.h"

namespace waybill::query {

// `kind`, `class` and `domain`; of the asker's sight. What is wrong `parameters` says, here and
// below.
feed::Filter read_log_filter(const http::Request& request, http::Parameters& parameters);

// `address`, in any case.
void read_address(http::Parameters& parameters, feed::Filter& out);
// `address`, in any case, or with `role` and `match` as its histories have it.
void read_address_or_roles(const Sources& sources, http::Parameters& parameters, feed::Filter& out);

}  // namespace waybill::query
