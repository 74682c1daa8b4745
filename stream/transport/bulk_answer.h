// What a receiver of Elasticsearch's kind says to a request to _bulk: what became of each item.
// Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/failure.h"

namespace waybill::stream {

struct BulkItem {
  unsigned status = 0;
  std::string type{};    // of an error: "mapper_parsing_exception"
  std::string reason{};  // of an error, as it came
};

// In the order of the request. Errc::corrupt: it is no such answer.
runtime::Explained<std::vector<BulkItem>> read_bulk_answer(std::string_view json);

// The error of a whole request, {"error":{"type":...,"reason":...}}; type and reason are empty
// where it is none.
BulkItem read_bulk_error(std::string_view json);

}  // namespace waybill::stream
