// The file of an export's job: whatever stands in it, it is refused in words, or comes back the
// same.

#include <boost/json/serialize.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "query/exports/job.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto job =
      query::exports::job_of(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!job) {
    runtime::check(!job.error().why.empty(), "what is refused is told why");
    return 0;
  }
  const std::string text = boost::json::serialize(to_json(*job));
  const auto again = query::exports::job_of(text);
  runtime::check(again.has_value(), "what was written can be read");
  runtime::check(boost::json::serialize(to_json(*again)) == text, "and says the same");
  (void)boost::json::serialize(shown(*job, schemas::Principal()));
  return 0;
}
