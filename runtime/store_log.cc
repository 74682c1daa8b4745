#include "runtime/store_log.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>

#include "runtime/log.h"

namespace waybill::runtime {
namespace {

// Octets of a line; longer ones are cut.
constexpr std::size_t kLine = 1024;

class RocksLog final : public rocksdb::Logger {
 public:
  RocksLog() : Logger(rocksdb::WARN_LEVEL) {}

  // Lines without a level are headers and statistics.
  void Logv(const char*, va_list) override {}

  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < rocksdb::WARN_LEVEL || level > rocksdb::FATAL_LEVEL) return;
    std::array<char, kLine> line;
    const int octets = std::vsnprintf(line.data(), line.size(), format, arguments);
    if (octets < 0) return;
    const std::string_view text(line.data(),
                                std::min<std::size_t>(static_cast<std::size_t>(octets), kLine - 1));
    // It may hold its own lock, which commits wait for.
    log_at_once(level == rocksdb::WARN_LEVEL ? Level::warn : Level::error, "rocksdb", "says",
                {{"text", text}});
  }
};

}  // namespace

std::shared_ptr<rocksdb::Logger> rocksdb_log() { return std::make_shared<RocksLog>(); }

}  // namespace waybill::runtime
