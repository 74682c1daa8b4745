#include "runtime/log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <thread>

namespace waybill::runtime {
namespace {

// Lines that may wait for the writer. A full queue makes the speaker wait, so that a burst loses
// nothing; where no line leaves it for kPatience, the reader of standard error stands still: from
// then on the oldest lines are dropped, and counted, for mail does not wait for its log.
constexpr std::size_t kQueueLines = 8192;
constexpr std::chrono::seconds kPatience{1};
constexpr std::chrono::milliseconds kLook{1};

std::atomic<std::uint64_t> errors{0};
std::shared_ptr<spdlog::logger> target;
LogFormat line_format = LogFormat::text;
std::atomic<bool> silent{false};
std::atomic<bool> stands_still{false};

constexpr std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
  }
  return "?";
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::off;
}

// JSON's escapes serve both formats (RFC 8259 7).
void append_quoted(std::string& out, std::string_view value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (octet < 0x20 || octet == 0x7f) {
      out += "\\u00";
      out += kHex[octet >> 4];
      out += kHex[octet & 0xf];
    } else {
      out += c;
    }
  }
  out += '"';
}

bool plain(std::string_view value) {
  if (value.empty()) return false;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) {
      return false;
    }
  }
  return true;
}

void wait_for_room() {
  // Threads that speak at once may overrun the last few places together.
  constexpr std::size_t kFull = kQueueLines - 64;
  const auto pool = spdlog::thread_pool();
  if (pool->queue_size() < kFull) {
    stands_still.store(false, std::memory_order_relaxed);
    return;
  }
  for (auto waited = kLook; !stands_still.load(std::memory_order_relaxed); waited += kLook) {
    if (pool->queue_size() < kFull) return;
    if (waited > kPatience) stands_still.store(true, std::memory_order_relaxed);
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace

std::string format_line(LogFormat format, Level level, std::string_view part,
                        std::string_view message, std::initializer_list<Field> fields) {
  std::string out;
  if (format == LogFormat::json) {
    out += R"("level":)";
    append_quoted(out, name_of(level));
    out += R"(,"part":)";
    append_quoted(out, part);
    out += R"(,"message":)";
    append_quoted(out, message);
    for (const Field& field : fields) {
      out += ',';
      append_quoted(out, field.key);
      out += ':';
      append_quoted(out, field.value);
    }
    return out;
  }
  out.append(name_of(level)).append(" ").append(part).append(": ").append(message);
  for (const Field& field : fields) {
    out.append(" ").append(field.key).append("=");
    if (plain(field.value)) {
      out += field.value;
    } else {
      append_quoted(out, field.value);
    }
  }
  return out;
}

void log(Level level, std::string_view part, std::string_view message,
         std::initializer_list<Field> fields) {
  if (level == Level::error) errors.fetch_add(1, std::memory_order_relaxed);
  if (silent) return;
  if (target == nullptr) {
    if (level < Level::warn) return;
    const std::string line = format_line(LogFormat::text, level, part, message, fields);
    std::fprintf(stderr, "%s\n", line.c_str());
    return;
  }
  if (!target->should_log(spdlog_level(level))) return;
  const std::string line = format_line(line_format, level, part, message, fields);
  wait_for_room();
  target->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

void start_log(Level least, LogFormat format) {
  line_format = format;
  spdlog::init_thread_pool(kQueueLines, 1);
  target = spdlog::create_async_nb<spdlog::sinks::stderr_sink_mt>("waybill");
  target->set_level(spdlog_level(least));
  const bool json = format == LogFormat::json;
  target->set_pattern(json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %v",
                      spdlog::pattern_time_type::utc);
  target->flush_on(spdlog::level::warn);
}

void silence_log() { silent = true; }

bool stop_log() {
  auto pool = spdlog::thread_pool();
  const std::size_t dropped = pool->overrun_counter();
  if (dropped > 0) {
    log(Level::warn, "runtime", "log lines were dropped: their reader stood still",
        {{"lines", std::uint64_t{dropped}}});
  }
  // One writer takes the queue in order: once this is out of it, all before is written.
  target->flush();
  for (auto waited = kLook; pool->queue_size() > 0; waited += kLook) {
    if (waited > kLogFarewell) return false;
    std::this_thread::sleep_for(kLook);
  }
  target.reset();
  pool.reset();
  spdlog::shutdown();
  return true;
}

std::uint64_t error_lines() { return errors.load(std::memory_order_relaxed); }

}  // namespace waybill::runtime
