// BackupRequests: how `waybill backup` and `waybill views backup` ask a running process, whose
// stores nobody else may open, for a backup: they leave a file in the data directory, and find the
// answer there. Both files are made whole by a rename.
//
//   data_dir/backup.request   what is wanted, and its arguments; a line each
//   data_dir/backup.answer    the request's last argument; "under way", "done" or "failed"; words
//
// Only a user who may write in the data directory can ask.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "app/backup/backup.h"
#include "app/backup/whole_backup.h"

namespace waybill::app {

// Gives the words of the answer.
using BackupAction = std::function<runtime::Explained<std::string>(
    const std::vector<std::string>& arguments, const TellProgress& tell)>;
// By what is wanted: "views", "whole".
using BackupActions = std::map<std::string, BackupAction>;

class BackupRequests {
 public:
  // A request that an earlier process left is forgotten. A thread of its own looks for requests,
  // for a copy may take minutes. What the actions use outlives it.
  BackupRequests(std::string data_dir, BackupActions actions);
  // After the backup under way.
  ~BackupRequests();

 private:
  void run();
  void look();
  runtime::Explained<std::string> act(const std::vector<std::string>& request,
                                      const TellProgress& tell);

  const std::string data_dir_;
  const BackupActions actions_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// Asks the process that has data_dir and waits for its answer as long as it says something within
// `patience`. The last argument is the directory, absolute. Errc::timeout: nobody answered;
// io_error: it was not asked, or has failed; then the words are its own.
runtime::Explained<std::string> request_backup(const std::string& data_dir,
                                               const std::vector<std::string>& request,
                                               std::chrono::seconds patience,
                                               const TellProgress& tell);

}  // namespace waybill::app
