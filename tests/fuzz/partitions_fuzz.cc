// Sets of partitions, as a server asks for them and as a command line names them: what is taken is
// ascending, within the log, and taken as the same when it is written again.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string_view>

#include "app/cluster/partition_set.h"
#include "http/trace.h"
#include "query/partition_list.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of one function

namespace {

bool ascending(const std::vector<std::uint32_t>& partitions) {
  return std::adjacent_find(partitions.begin(), partitions.end(), std::greater_equal<>()) ==
         partitions.end();
}

void one_set(std::string_view text, std::uint32_t count) {
  const auto set = app::parse_partition_set(text, count);
  runtime::check(set.has_value() == set.error().why.empty(), "a refusal says why");
  if (!set) return;
  runtime::check(!set->empty() && ascending(*set) && set->back() < count, "a set of the log's");
  const auto again = app::parse_partition_set(query::write_partitions(*set), count);
  runtime::check(again && *again == *set, "a set is what it says");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto list = query::parse_partitions(text)) {
    runtime::check(!list->empty() && ascending(*list), "ascending, none twice");
    runtime::check(query::write_partitions(*list) == text, "one list has one text");
  }
  one_set(text, 12);
  one_set(text, 1 << 16);
  if (http::is_traceparent(text)) runtime::check(text.size() == 55, "a traceparent's length");
  return 0;
}
