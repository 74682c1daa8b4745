#include "tools/sinks/samples.h"

#include <limits>

#include "runtime/check.h"
#include "schemas/event.h"
#include "stream/mapping/mapping.h"

namespace waybill::tools {

std::vector<std::string> sample_records(stream::Format format, std::string_view kind,
                                        const std::string& version) {
  const stream::Mapping mapping({.format = format,
                                 .policy = {},
                                 .max_record = std::numeric_limits<std::size_t>::max(),
                                 .version = version});
  std::vector<std::string> out;
  for (const std::string_view json : sample_events()) {
    const auto event = schemas::event_from_json(json);
    runtime::check(event.has_value(), "a sample is an event");
    if (!kind.empty() && schemas::kind_of(*event) != kind) continue;
    auto record = mapping.map(*event);
    runtime::check(record.has_value(), "a sample has a record");
    out.push_back(std::move(record->body));
  }
  return out;
}

}  // namespace waybill::tools
