// Large files: one that grows at its end, and one that is read from anywhere. They block; one
// thread at a time. A directory that they are in is another matter (durable_file.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace waybill::runtime {

class GrowingFile {
 public:
  // Empty, whatever was there; only its owner may read it. Errc::no_space, io_error, not_found.
  static Explained<GrowingFile> create(const std::string& path);
  GrowingFile(GrowingFile&& other) noexcept;
  GrowingFile& operator=(GrowingFile&&) = delete;
  ~GrowingFile();

  // After a failure the file's end is anything: begin it anew. Errc::no_space, io_error.
  Explained<void> append(std::string_view octets);
  // What was appended outlives a loss of power.
  Explained<void> sync();
  std::uint64_t size() const { return size_; }

 private:
  GrowingFile(int file, std::string path) : file_(file), path_(std::move(path)) {}

  int file_;
  std::string path_;
  std::uint64_t size_ = 0;
};

// It stays readable when its name is gone.
class ReadableFile {
 public:
  // A link is not followed. Errc::not_found, io_error; invalid: it is no regular file.
  static Explained<ReadableFile> open(const std::string& path);
  ReadableFile(ReadableFile&& other) noexcept;
  ReadableFile& operator=(ReadableFile&&) = delete;
  ~ReadableFile();

  std::uint64_t size() const { return size_; }  // when it was opened
  // `count` octets, fewer only at its end. Errc::io_error.
  Explained<std::string> read(std::uint64_t offset, std::size_t count) const;

 private:
  ReadableFile(int file, std::string path) : file_(file), path_(std::move(path)) {}

  int file_;
  std::string path_;
  std::uint64_t size_ = 0;
};

}  // namespace waybill::runtime
