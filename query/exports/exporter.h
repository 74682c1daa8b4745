// Exporter: reads the log for one export, from its beginning to where it ended when it was asked
// for, and writes what is wanted of it. The same order over the same log gives the same octets.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projector/archive/archive.h"
#include "query/exports/order.h"
#include "query/exports/writing.h"

namespace waybill::query::exports {

// A partition that is in this process. What is pointed to outlives the exporter.
struct Partition {
  std::uint32_t number = 0;
  std::shared_ptr<const projector::Archive> archive;
  // Where its events end now. Any thread.
  std::function<schemas::EventIndex()> end;
};

class Exporter {
 public:
  // `partitions`: all of the log, ascending from 0.
  Exporter(std::vector<Partition> partitions, Order order);

  // More of it, as it is before packing; nullopt: it is whole. Empty where nothing that was looked
  // at is wanted. Errc::temporary: the views are behind where they once were, for they are folded
  // anew: ask again. Errc::corrupt: an event is missing. Blocks; one thread at a time.
  runtime::Result<std::optional<std::string>> next();

  std::uint64_t looked_at() const { return looked_at_; }
  std::uint64_t of() const { return of_; }  // events that are looked at in all
  const Writing& writing() const { return writing_; }

 private:
  runtime::Result<void> read_some(std::string& out);
  runtime::Result<schemas::EventIndex> skip_hole(const Partition& partition, std::string& out);

  const std::vector<Partition> partitions_;
  const Order order_;
  Writing writing_;
  std::size_t at_ = 0;  // in partitions_
  schemas::EventIndex index_{};
  std::optional<projector::ArchiveHoles> holes_;  // of that one
  std::uint64_t looked_at_ = 0;
  std::uint64_t of_ = 0;
  bool begun_ = false;
  bool done_ = false;
};

}  // namespace waybill::query::exports
