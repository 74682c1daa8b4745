// Views of a data directory that nobody runs on, to be read and nothing else.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/process/process.h"
#include "projector/history.h"
#include "projector/rows/view_store.h"
#include "query/sources.h"

namespace waybill::app {

// Nothing is written, and no lock is taken: the directory may lie on a file system that is mounted
// to be read.
class HistoryOnlyPart final : public Part {
 public:
  HistoryOnlyPart(Process& process, std::string data_dir)
      : data_dir_(std::move(data_dir)), cache_octets_(process.config().views_cache) {}

  // From start() on. `lag` is what the journal beside them has and they have not.
  std::vector<query::LocalPartition> partitions() const;
  std::uint64_t lag() const;

  std::string_view name() const override { return "history"; }
  // Refused where a process runs on the directory, and where the views are of another layout: to
  // fold them anew is to write.
  runtime::Explained<void> start() override;
  void stopped() override { views_.clear(); }

 private:
  struct Views {
    std::uint32_t partition = 0;
    std::unique_ptr<projector::ViewStore> store;
    std::unique_ptr<projector::History> history;
    std::unique_ptr<projector::History> at_once;
    std::uint64_t lag = 0;
  };
  runtime::Explained<Views> open(std::uint32_t partition) const;

  const std::string data_dir_;
  const std::uint64_t cache_octets_;  // of each partition
  std::vector<Views> views_;
};

}  // namespace waybill::app
