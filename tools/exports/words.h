// What `waybill export` says of a job (docs/api.md, Exports).
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

namespace waybill::tools {

// "running: 7700 of 12400 events looked at, 310 in it"
std::string progress_words(const boost::json::object& job);
// "310 KiB of 2.0 MiB (15 %)"
std::string download_words(std::uint64_t done, std::uint64_t all);
// "310 events in FILE, sha256 ..."
std::string done_words(const boost::json::object& job, const std::string& path);
// One line of a list.
std::string export_line(const boost::json::object& job);

}  // namespace waybill::tools
