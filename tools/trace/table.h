// The history of an address as lines for people, from entries of the API (docs/api.md). Pure
// functions: what strangers wrote is cleaned of everything that a terminal would act on.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>

#include "app/command/look.h"

namespace waybill::tools {

// "2026-03-01T12:20:00.000Z  forwarded  ann@example.com > sales@example.org > bob@example.net  250
// 2.0.0 queued", without the line's end. Times are UTC; the null sender is "<>".
std::string table_line(const boost::json::object& entry, const app::Look& look);

// A step of the story of one delivery (GET /v1/deliveries/{id}).
std::string story_line(const boost::json::object& step, const app::Look& look);

// An hour of a domain's counters (GET /v1/domains/{domain}/counters): those that are not 0.
std::string hour_line(const boost::json::object& hour);

enum class More { none, older };

// How many lines stand above, and up to when the answer knows the log: `as_of` of the last page.
std::string freshness_line(const boost::json::object& as_of, std::size_t lines, More more);

}  // namespace waybill::tools
