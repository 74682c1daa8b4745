// A journal full of the bench's events.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "ingest/committer.h"
#include "tests/bench/generator.h"

namespace waybill::bench {

inline void fill(ingest::JournalStore& store, std::uint64_t events) {
  constexpr std::size_t kBatch = 2'000;
  ingest::Journal journal(store, {.max_octets = 64ULL << 30, .outcome_octets = 0});
  Generator generator(events);
  for (std::uint64_t made = 0; made < events;) {
    std::vector<schemas::Event> batch;
    for (; batch.size() < kBatch && made < events; ++made) {
      schemas::Event event;
      if (!event.ParseFromString(generator.next())) {
        std::fprintf(stderr, "the generator makes no events\n");
        std::exit(1);
      }
      event.clear_node_seq();
      batch.push_back(std::move(event));
    }
    journal.begin(std::move(batch));
    journal.commit_pending();
  }
}

}  // namespace waybill::bench
