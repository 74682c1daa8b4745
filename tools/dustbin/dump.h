// Dump: a directory where a dustbin writes each message: 000001.eml, the octets of header and body
// as they came with dot-stuffing removed, and 000001.json, its record.
//
// Numbers go on after the highest found at the start; no file is ever overwritten. A message that
// did not come whole, or was abandoned, leaves a gap and no file. Nothing is synced to the disk.
// One thread. Writes block: for a tool, not for a server.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace waybill::tools::dustbin {

// One message being written. Destroyed before keep() has succeeded, it removes what it wrote.
class DumpFile {
 public:
  DumpFile(std::filesystem::path path, std::FILE* file);
  DumpFile(DumpFile&& other) noexcept = default;
  ~DumpFile();

  // Errc::io_error: the message cannot be kept.
  runtime::Result<void> append(std::string_view octets);
  // Ends the message and writes its record beside it. Errc::io_error.
  runtime::Result<void> keep(std::string_view record);

  std::string name() const { return path_.filename().string(); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;  // null: kept, or moved from
};

class Dump {
 public:
  // Makes the directory if need be. Errc::io_error.
  static runtime::Explained<Dump> open(const std::string& directory);

  // The file of the next message. Errc::io_error.
  runtime::Result<DumpFile> begin();

 private:
  Dump(std::filesystem::path directory, std::uint64_t last)
      : directory_(std::move(directory)), last_(last) {}
  std::filesystem::path directory_;
  std::uint64_t last_;  // the highest number taken
};

}  // namespace waybill::tools::dustbin
