// ArchiveSource: a Source of the partitions whose views are in this process. It reads their archive
// and waits at its end as the feed does; where it is stands in a file (cursor_file.h), written once
// a second and whenever there is nothing more to read.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "projector/archive/archive.h"
#include "projector/archive/archive_wait.h"
#include "runtime/mutex.h"
#include "stream/cursor_file.h"
#include "stream/source.h"

namespace waybill::stream {

// Where a sink begins that has never been before: with what is on record, or with what comes.
enum class Begin : std::uint8_t { end, start };

// What is pointed to outlives the source.
struct ArchivePartition {
  std::uint32_t number = 0;
  std::shared_ptr<const projector::Archive> archive;
  projector::ArchiveEnd* end = nullptr;
  // Events in the log and not yet in the archive; nullopt: nobody knows. Any thread.
  std::function<std::optional<std::uint64_t>()> lag;
};

// Where its place is ahead of the archive, next() gives Errc::temporary: views that are folded anew
// come to it. Where the event before it is not the one that was told there, Errc::invalid: the log
// is another one, and nobody knows what of it the receiver has.
class ArchiveSource final : public Source {
 public:
  // What is settled is in the file, if it can be written.
  ~ArchiveSource() override { (void)write(settled()); }

  // Errc::invalid: the file is no cursor.
  static runtime::Explained<std::unique_ptr<ArchiveSource>> open(
      std::vector<ArchivePartition> partitions, std::string path, Begin begin,
      runtime::Clock& clock);

  runtime::Explained<std::vector<SourcedEvent>> next(std::size_t most,
                                                     runtime::Instant until) override;
  runtime::Explained<SourcedEvent> at(const EventSpot& spot) override;
  runtime::Explained<void> settle() override;
  void rewind() override;
  std::uint64_t behind() const override;
  void cancel() noexcept override { wait_.cancel(); }

 private:
  ArchiveSource(std::vector<ArchivePartition> partitions, std::string path, Cursor places,
                runtime::Clock& clock);

  runtime::Explained<void> read(const ArchivePartition& partition, std::size_t most,
                                std::vector<SourcedEvent>& out);
  runtime::Explained<void> check(const ArchivePartition& partition);
  runtime::Explained<schemas::EventIndex> pass_holes(const ArchivePartition& partition,
                                                     schemas::EventIndex end);
  Cursor settled() const;
  runtime::Explained<void> write(const Cursor& settled);
  void wait(runtime::Instant until);

  const std::vector<ArchivePartition> partitions_;
  const std::string path_;
  runtime::Clock& clock_;
  Cursor given_;  // behind what was given
  mutable runtime::Mutex mutex_;
  Cursor settled_ WAYBILL_GUARDED_BY(mutex_);  // behind what was settled
  Cursor written_;                             // as the file has it
  runtime::Instant write_at_{};
  std::size_t turn_ = 0;
  std::set<std::uint32_t> checked_;  // partitions of which the place is one of this log
  // By partition, once they were looked at.
  std::map<std::uint32_t, projector::ArchiveHoles> holes_;
  projector::ArchiveWait wait_;
  boost::asio::io_context context_{1};
};

}  // namespace waybill::stream
