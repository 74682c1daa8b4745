// A directory for one test, gone with it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace waybill::tests {

class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(testing_root() + "/waybill_XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp failed: " + path_);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  // Of what stands below it.
  std::string path(const std::string& below) const { return path_ + "/" + below; }

 private:
  static std::string testing_root() { return std::filesystem::temp_directory_path().string(); }

  std::string path_;
};

}  // namespace waybill::tests
