// A write-ahead log, whatever is in it: what is bad lies within it, and a verdict never depends on
// what stands before a block that is good.

#include <cstdint>
#include <string_view>

#include "ingest/wal_scan.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  ingest::WalScan scan;
  while (!rest.empty()) {
    const auto block = rest.substr(0, ingest::WalScan::kBlock);
    scan.add(block);
    rest.remove_prefix(block.size());
  }
  runtime::check(!scan.bad_at() || *scan.bad_at() < size, "the bad place is in the file");
  runtime::check(!scan.damaged() || scan.bad_at(), "damage has a place");
  return 0;
}
