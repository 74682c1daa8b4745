// Backups on request, of what this process has open.
#pragma once

#include <atomic>
#include <memory>

#include "app/backup/backup_requests.h"
#include "app/parts/journal_part.h"
#include "app/parts/views_part.h"
#include "app/process/process.h"

namespace waybill::app {

class BackupPart final : public Part {
 public:
  // `journal`: null where the log is on Kafka: the views alone can be had.
  BackupPart(Process& process, JournalPart* journal, ViewsPart& views)
      : process_(process), journal_(journal), views_(views) {}

  // Nothing may be trimmed from the journal: a copy of it is made. Any thread.
  bool under_way() const { return under_way_.load(); }

  std::string_view name() const override { return "backup"; }
  runtime::Explained<void> start() override { return {}; }
  void ready() override;
  void stop(Ending&) override { requests_.reset(); }

 private:
  runtime::Explained<std::string> of_views(const std::vector<std::string>& arguments);
  runtime::Explained<std::string> whole(const std::vector<std::string>& arguments,
                                        const TellProgress& tell);

  Process& process_;
  JournalPart* const journal_;
  ViewsPart& views_;
  std::atomic<bool> under_way_{false};
  std::unique_ptr<BackupRequests> requests_;
};

}  // namespace waybill::app
