// How fast an export is written: events of the archive to NDJSON and CSV, as they are and packed.
//
//   export_bench [EVENTS [DIRECTORY]]      500,000 events
//
// Prints, for each, events/s of one processor and octets an event. Nothing is written but the
// archive that is read. Not run by ctest: it takes its time and says nothing that can be wrong.
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "projector/archive/archive_key.h"
#include "projector/rocksdb_view_store.h"
#include "query/exports/exporter.h"
#include "runtime/gzip.h"
#include "runtime/zstd.h"
#include "tests/bench/generator.h"

namespace waybill {
namespace {

using bench::seconds_of;
using query::exports::Exporter;
using query::exports::Format;
using query::exports::Order;
using schemas::EventIndex;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "export_bench: %s\n", what.c_str());
  std::exit(1);
}

void fill(projector::ViewStore& store, std::uint64_t events) {
  constexpr std::uint64_t kBatch = 4'000;
  bench::Generator generator(events);
  for (std::uint64_t done = 0; done < events;) {
    projector::WriteBatch batch;
    for (std::uint64_t i = 0; i < kBatch && done < events; ++i, ++done) {
      const auto record = projector::ArchivedRecord::of(generator.next());
      batch.put(projector::Table::archive, projector::archive_key(EventIndex(done)), record.row());
    }
    if (!store.apply(batch)) fail("the archive cannot be written");
  }
}

void measure(const projector::ViewStore& store, std::uint64_t events, const char* name,
             Format format, std::string (*pack)(std::string_view)) {
  Order order;
  order.filter.sight = schemas::Sight::all();
  order.format = format;
  order.until = {EventIndex(events)};
  Exporter exporter(
      {{0, std::make_shared<projector::Archive>(store), [events] { return EventIndex(events); }}},
      order);
  std::uint64_t octets = 0;
  const double before = seconds_of(CLOCK_THREAD_CPUTIME_ID);
  for (;;) {
    auto piece = exporter.next();
    if (!piece) fail(piece.error().message());
    if (!*piece) break;
    octets += pack == nullptr ? (*piece)->size() : pack(**piece).size();
  }
  const double spent = seconds_of(CLOCK_THREAD_CPUTIME_ID) - before;
  const auto count = static_cast<double>(exporter.writing().count());
  std::printf("%-12s %9.0f events/s of one processor, %5.0f octets an event\n", name, count / spent,
              static_cast<double>(octets) / count);
}

}  // namespace
}  // namespace waybill

int main(int argc, char** argv) {
  const std::uint64_t events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 500'000;
  const std::string directory =
      argc > 2 ? argv[2] : (std::filesystem::temp_directory_path() / "export_bench").string();
  std::filesystem::remove_all(directory);
  {
    auto store = waybill::projector::open_rocks_store(directory, {});
    if (!store) waybill::fail(store.error().why);
    waybill::fill(**store, events);
    using waybill::measure;
    measure(**store, events, "ndjson", waybill::Format::ndjson, nullptr);
    measure(**store, events, "ndjson gzip", waybill::Format::ndjson, &waybill::runtime::gzip);
    measure(**store, events, "ndjson zstd", waybill::Format::ndjson, &waybill::runtime::zstd);
    measure(**store, events, "csv", waybill::Format::csv, nullptr);
  }
  std::filesystem::remove_all(directory);
}
