#include "tools/dustbin/dump.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

namespace waybill::tools::dustbin {
namespace {

namespace fs = std::filesystem;
using runtime::Errc;
using runtime::Result;

constexpr std::size_t kNumberWidth = 6;

std::string file_name(std::uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < kNumberWidth) digits.insert(0, kNumberWidth - digits.size(), '0');
  return digits + ".eml";
}

// The number in "000012.eml" or "000012.json"; 0 for any other file.
std::uint64_t number_of(const fs::path& path) {
  const std::string extension = path.extension().string();
  if (extension != ".eml" && extension != ".json") return 0;
  const std::string stem = path.stem().string();
  const char* const end = stem.data() + stem.size();
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(stem.data(), end, number);
  return error == std::errc() && stop == end ? number : 0;
}

}  // namespace

DumpFile::DumpFile(fs::path path, std::FILE* file) : path_(std::move(path)), file_(file) {}

DumpFile::~DumpFile() {
  if (!file_) return;
  std::error_code ignored;
  fs::remove(path_, ignored);
}

Result<void> DumpFile::append(std::string_view octets) {
  const std::size_t written = std::fwrite(octets.data(), 1, octets.size(), file_.get());
  if (written != octets.size()) return make_error_code(Errc::io_error);
  return {};
}

Result<void> DumpFile::keep(std::string_view record) {
  if (std::fflush(file_.get()) != 0) return make_error_code(Errc::io_error);
  fs::path beside = path_;
  beside.replace_extension(".json");
  const std::unique_ptr<std::FILE, Close> json(std::fopen(beside.c_str(), "wxb"));
  if (!json) return make_error_code(Errc::io_error);
  std::fwrite(record.data(), 1, record.size(), json.get());
  std::fputc('\n', json.get());
  if (std::fflush(json.get()) != 0 || std::ferror(json.get()) != 0) {
    std::error_code ignored;
    fs::remove(beside, ignored);
    return make_error_code(Errc::io_error);
  }
  file_.reset();
  return {};
}

runtime::Explained<Dump> Dump::open(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  std::uint64_t last = 0;
  fs::directory_iterator entry;
  if (!error) entry = fs::directory_iterator(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    last = std::max(last, number_of(entry->path()));
  }
  if (error) return runtime::explain(error, "cannot use " + directory);
  return Dump(directory, last);
}

Result<DumpFile> Dump::begin() {
  for (;;) {
    const fs::path path = directory_ / file_name(++last_);
    std::FILE* const file = std::fopen(path.c_str(), "wxb");
    if (file != nullptr) return DumpFile(path, file);
    // Another dustbin may write to the same directory.
    if (errno != EEXIST) return make_error_code(Errc::io_error);
  }
}

}  // namespace waybill::tools::dustbin
