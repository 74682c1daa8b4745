// BackupRequests: how `waybill views backup` asks a running process, whose stores nobody else may
// open, for a backup: it leaves a file in the data directory, and finds the answer there.
//
//   data_dir/backup.request   the directory to be made, one line; made whole by a rename
//   data_dir/backup.answer    "done" or what went wrong, one line
//
// Only a user who may write in the data directory can ask.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "app/backup/backup.h"
#include "app/config/config.h"
#include "app/roles/partition_views.h"
#include "runtime/asio_clock.h"

namespace waybill::app {

class BackupRequests {
 public:
  // Both outlive it. A request that an earlier process left is forgotten. A thread of its own looks
  // for requests, for a copy may take minutes.
  BackupRequests(const Config& config, const ManyViews& views);
  // After the backup under way.
  ~BackupRequests();

 private:
  void run();
  void look();

  const Config& config_;
  const ManyViews& views_;
  runtime::AsioClock clock_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// Asks the process that has data_dir and waits for its answer. Errc::timeout: nobody answered;
// io_error: it was not asked, or has failed; then the words are its own.
runtime::Explained<void> request_backup(const std::string& data_dir, const std::string& directory,
                                        std::chrono::seconds patience);

}  // namespace waybill::app
