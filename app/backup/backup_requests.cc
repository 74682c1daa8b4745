#include "app/backup/backup_requests.h"

#include <pthread.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "app/backup/files.h"
#include "runtime/durable_file.h"
#include "runtime/log.h"

namespace waybill::app {

namespace fs = std::filesystem;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

constexpr std::chrono::milliseconds kLookAgain{100};

constexpr char kUnderWay[] = "under way";
constexpr char kDone[] = "done";
constexpr char kFailed[] = "failed";

std::string request_file(const std::string& data_dir) { return data_dir + "/backup.request"; }
std::string answer_file(const std::string& data_dir) { return data_dir + "/backup.answer"; }

bool write_lines(const std::string& path, const std::vector<std::string>& lines) {
  std::string text;
  for (std::string line : lines) {
    std::replace(line.begin(), line.end(), '\n', ' ');
    text += line + '\n';
  }
  return runtime::replace_file(path, text).has_value();
}

std::vector<std::string> read_lines(const std::string& path) {
  std::vector<std::string> out;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) out.push_back(line);
  return out;
}

}  // namespace

BackupRequests::BackupRequests(std::string data_dir, BackupActions actions)
    : data_dir_(std::move(data_dir)), actions_(std::move(actions)) {
  std::error_code error;
  fs::remove(request_file(data_dir_), error);
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

Explained<std::string> BackupRequests::act(const std::vector<std::string>& request,
                                           const TellProgress& tell) {
  const auto action = actions_.find(request.front());
  if (action == actions_.end()) {
    return Failure{Errc::invalid, "the waybill that runs on " + data_dir_ +
                                      " cannot make such a backup; `waybill serve` makes whole "
                                      "ones, `waybill projector` those of its views"};
  }
  return action->second({request.begin() + 1, request.end()}, tell);
}

void BackupRequests::look() {
  std::error_code error;
  const std::string file = request_file(data_dir_);
  if (!fs::exists(file, error)) return;
  const std::vector<std::string> request = read_lines(file);
  fs::remove(file, error);
  if (request.size() < 2) return;
  const std::string directory = request.back();
  const auto answer = [&](const char* state, const std::string& words) {
    write_lines(answer_file(data_dir_), {directory, state, words});
  };
  answer(kUnderWay, "begun");
  const auto made = act(request, [&](const std::string& words) { answer(kUnderWay, words); });
  const std::string words = made ? *made : made.error().why;
  runtime::log(made ? runtime::Level::info : runtime::Level::warn, "app",
               made ? "backed up" : "a backup failed",
               {{"what", request.front()}, {"directory", directory}, {"words", words}});
  answer(made ? kDone : kFailed, words);
}

Explained<std::string> request_backup(const std::string& data_dir,
                                      const std::vector<std::string>& request,
                                      std::chrono::seconds patience, const TellProgress& tell) {
  std::error_code error;
  const std::string answer = answer_file(data_dir);
  fs::remove(answer, error);
  if (!write_lines(request_file(data_dir), request)) {
    return Failure{Errc::io_error, "cannot write " + request_file(data_dir)};
  }
  std::string told;
  for (std::chrono::milliseconds waited{0}; waited < patience; waited += kLookAgain) {
    const std::vector<std::string> said = read_lines(answer);
    if (said.size() == 3 && said[0] == request.back()) {
      if (said[1] != kUnderWay) {
        fs::remove(answer, error);
        if (said[1] == kDone) return said[2];
        return Failure{Errc::io_error, said[2]};
      }
      if (said[2] != told) waited = std::chrono::milliseconds(0);
      told = said[2];
      tell(told);
    }
    std::this_thread::sleep_for(kLookAgain);
  }
  fs::remove(request_file(data_dir), error);
  return Failure{Errc::timeout, "whoever has " + data_dir + " open did not answer"};
}

}  // namespace waybill::app
