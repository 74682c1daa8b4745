// What a receiver of OTLP/HTTP says to a request that it took, in JSON (opentelemetry-proto 1.7,
// ExportLogsServiceResponse). Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace waybill::stream {

struct OtlpAnswer {
  // Records that it will never take, and does not name. 0 with words: all were taken, and it warns.
  std::uint64_t rejected = 0;
  std::string words{};
};

// An empty body, and a partial success that is there and empty, are success. Errc::corrupt: it is
// no such answer.
runtime::Explained<OtlpAnswer> read_otlp_answer(std::string_view json);

// The words of an error (google.rpc.Status); empty: it is none.
std::string read_otlp_error(std::string_view json);

}  // namespace waybill::stream
