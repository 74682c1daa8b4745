// Order: what an export is of, and how it is written. A value; a job's file has it as JSON. What a
// question comes to by the configuration of its time (spellings of an address) is in it, so that a
// later configuration changes nothing.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/feed/filter.h"
#include "runtime/failure.h"
#include "runtime/time.h"
#include "schemas/json_members.h"
#include "schemas/ordinal.h"

namespace waybill::query::exports {

enum class Format : std::uint8_t { ndjson, csv };
enum class Packing : std::uint8_t { none, gzip, zstd };

// In the order of the enumerations: words of the API.
inline constexpr std::string_view kFormats[] = {"ndjson", "csv"};
inline constexpr std::string_view kPackings[] = {"none", "gzip", "zstd"};

struct Order {
  feed::Filter filter{.sight = schemas::Sight::of({})};  // with the sight of who asked
  std::optional<runtime::WallTime> from{};               // of the events' own time, inclusive
  std::optional<runtime::WallTime> to{};                 // exclusive
  Format format = Format::ndjson;
  Packing packing = Packing::none;
  // Where each partition ended when it was asked for: later events are not in it.
  std::vector<schemas::EventIndex> until{};
  // Events that were in the log then and not in the views, and so are not in it; nullopt: nobody
  // knew.
  std::optional<std::uint64_t> lag{};
  // The question as it was said, by parameter, for whoever looks at the job; `filter`, `from` and
  // `to` are what it came to.
  std::map<std::string, std::string> said{};
  std::vector<std::string> subjects{};  // what is looked at, for the record of who fetches it

  bool wants(const schemas::Event& event) const;
};

// "ndjson.gz"
std::string suffix_of(const Order& order);
// "application/x-ndjson"; what is packed is a file of its own kind.
std::string_view content_type_of(const Order& order);

// nullopt: it is not there, or is none, which is a fault of `members`.
std::optional<runtime::WallTime> read_time(schemas::JsonMembers& members, std::string_view name);

boost::json::object to_json(const Order& order);
// Errc::invalid: it is none, and why.
runtime::Explained<Order> order_of(const boost::json::object& object);

}  // namespace waybill::query::exports
