#include "app/backup/backup_requests.h"

#include <pthread.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::app {

namespace fs = std::filesystem;
using runtime::Errc;
using runtime::Failure;

namespace {

constexpr std::chrono::milliseconds kLookAgain{100};

// Then the directory: an answer to an earlier request is none to this one.
const std::string kDone = "done ";

std::string request_file(const std::string& data_dir) { return data_dir + "/backup.request"; }
std::string answer_file(const std::string& data_dir) { return data_dir + "/backup.answer"; }

// Appears whole or not at all.
bool write_line(const std::string& path, const std::string& line) {
  {
    std::ofstream file(path + ".new");
    file << line << "\n";
    if (!file.flush()) return false;
  }
  std::error_code error;
  fs::rename(path + ".new", path, error);
  return !error;
}

std::string read_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

BackupRequests::BackupRequests(const Config& config, const ManyViews& views)
    : config_(config), views_(views) {
  std::error_code error;
  fs::remove(request_file(config_.data_dir), error);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "wb-backup");
}

BackupRequests::~BackupRequests() {
  stopping_.store(true);
  thread_.join();
}

void BackupRequests::run() {
  for (; !stopping_.load(); std::this_thread::sleep_for(kLookAgain)) look();
}

void BackupRequests::look() {
  std::error_code error;
  const std::string request = request_file(config_.data_dir);
  if (!fs::exists(request, error)) return;
  const std::string directory = read_line(request);
  fs::remove(request, error);
  StoresByPartition stores;
  for (const auto& one : views_) stores[one->partition()] = &one->store();
  const auto made = back_up(stores, directory, config_.node, clock_.wall());
  const std::string why = made.error().why;
  runtime::log(made ? runtime::Level::info : runtime::Level::warn, "app",
               made ? "views backed up" : "views could not be backed up",
               {{"directory", directory}, {"why", why}});
  write_line(answer_file(config_.data_dir), made ? kDone + directory : why);
}

runtime::Explained<void> request_backup(const std::string& data_dir, const std::string& directory,
                                        std::chrono::seconds patience) {
  std::error_code error;
  const std::string answer = answer_file(data_dir);
  fs::remove(answer, error);
  const std::string absolute = fs::absolute(directory).string();
  if (!write_line(request_file(data_dir), absolute)) {
    return Failure{Errc::io_error, "cannot write " + request_file(data_dir)};
  }
  for (std::chrono::milliseconds waited{0}; waited < patience; waited += kLookAgain) {
    if (fs::exists(answer, error)) {
      const std::string said = read_line(answer);
      fs::remove(answer, error);
      if (said != kDone + absolute) return Failure{Errc::io_error, said};
      return {};
    }
    std::this_thread::sleep_for(kLookAgain);
  }
  fs::remove(request_file(data_dir), error);
  return Failure{Errc::timeout, "whoever has " + data_dir + " open did not answer"};
}

}  // namespace waybill::app
