// BackupRequests: how `waybill views backup` asks a running process, whose stores nobody else may
// open, for a backup: it leaves a file in the data directory, and finds the answer there.
//
//   data_dir/backup.request   the directory to be made, one line; made whole by a rename
//   data_dir/backup.answer    "done" or what went wrong, one line
//
// Whoever may write in the data directory may ask; nobody else can.
#pragma once

#include <chrono>
#include <string>

#include "app/backup/backup.h"
#include "app/config/config.h"
#include "app/partition_views.h"
#include "runtime/asio_clock.h"

namespace waybill::app {

class BackupRequests {
 public:
  // Both outlive it. A request that an earlier process left is forgotten.
  BackupRequests(const Config& config, const ManyViews& views);
  // Does what is asked for; to be called now and then.
  void look();

 private:
  const Config& config_;
  const ManyViews& views_;
  runtime::AsioClock clock_;
};

// Asks the process that has data_dir and waits for its answer. False, and why.
bool request_backup(const std::string& data_dir, const std::string& directory,
                    std::chrono::seconds patience, std::string& why);

}  // namespace waybill::app
