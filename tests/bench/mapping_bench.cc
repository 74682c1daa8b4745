// How fast events become records of a SIEM's format.
//
//   mapping_bench [EVENTS [FORMAT]]      400,000 events of each format
//
// Prints, for each format, events/s of one processor and octets a record. The same few events come
// again and again: a sink maps what it has just decoded, which the processor's cache still has. Not
// run by ctest: it takes its time and says nothing that can be wrong.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "stream/mapping/mapping.h"
#include "tests/bench/generator.h"

namespace waybill {
namespace {

constexpr std::size_t kInCache = 256;  // events

void measure(stream::Format format, const std::vector<schemas::Event>& events,
             std::uint64_t count) {
  const stream::Mapping mapping({.format = format, .version = "0.1.0"});
  std::uint64_t octets = 0;
  const double before = bench::seconds_of(CLOCK_THREAD_CPUTIME_ID);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto record = mapping.map(events[i % events.size()]);
    if (!record) {
      std::fprintf(stderr, "mapping_bench: %s\n", record.error().why.c_str());
      std::exit(1);
    }
    octets += record->body.size();
  }
  const double spent = bench::seconds_of(CLOCK_THREAD_CPUTIME_ID) - before;
  const auto records = static_cast<double>(count);
  std::printf("%-8s %9.0f events/s of one processor, %5.0f octets a record\n",
              std::string(word(format)).c_str(), records / spent,
              static_cast<double>(octets) / records);
}

}  // namespace
}  // namespace waybill

int main(int argc, char** argv) {
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 400'000;
  waybill::bench::Generator generator(waybill::kInCache);
  std::vector<waybill::schemas::Event> events(waybill::kInCache);
  for (auto& event : events) {
    if (!event.ParseFromString(generator.next())) return 1;
  }
  for (const waybill::stream::Format format : waybill::stream::kFormats) {
    if (argc > 2 && word(format) != argv[2]) continue;
    waybill::measure(format, events, count);
  }
}
