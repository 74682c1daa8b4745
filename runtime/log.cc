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
// nothing, but for kPatience at most: mail does not wait for its log. Then the oldest lines are
// dropped, and counted. Nobody waits again before the queue has had room.
constexpr std::size_t kQueueLines = 8192;
// Threads that speak at once may all have seen room for one line: so many places are kept for them.
constexpr std::size_t kSpeakers = 64;
constexpr std::chrono::seconds kPatience{1};
constexpr std::chrono::milliseconds kLook{1};

// Standard error, and how many lines it has taken.
class CountingSink final : public spdlog::sinks::stderr_sink_mt {
 public:
  void log(const spdlog::details::log_msg& line) override {
    spdlog::sinks::stderr_sink_mt::log(line);
    written_.fetch_add(1, std::memory_order_relaxed);
  }
  std::uint64_t written() const { return written_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> written_{0};
};

std::atomic<std::uint64_t> errors{0};
std::shared_ptr<CountingSink> sink;
std::shared_ptr<spdlog::logger> target;
LogFormat line_format = LogFormat::text;
std::atomic<bool> silent{false};
std::atomic<bool> drops_lines{false};
std::atomic<std::size_t> drops_told{0};

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

void speak(Level level, std::string_view part, std::string_view message,
           std::initializer_list<Field> fields) {
  const std::string line = format_line(line_format, level, part, message, fields);
  target->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

void tell_of_drops() {
  const std::size_t dropped = spdlog::thread_pool()->overrun_counter();
  const std::size_t before = drops_told.exchange(dropped);
  if (dropped > before) {
    speak(Level::warn, "runtime", "log lines were dropped: their reader was too slow",
          {{"lines", std::uint64_t{dropped - before}}});
  }
}

void wait_for_room() {
  const auto pool = spdlog::thread_pool();
  const auto full = [&] { return pool->queue_size() + kSpeakers >= kQueueLines; };
  for (auto waited = kLook; full() && !drops_lines; waited += kLook) {
    if (waited > kPatience) drops_lines = true;
    std::this_thread::sleep_for(kLook);
  }
  if (drops_lines && pool->queue_size() < kQueueLines / 2 && drops_lines.exchange(false)) {
    tell_of_drops();
  }
}

// False: there is nothing more to do with the line.
bool begin_line(Level level, std::string_view part, std::string_view message,
                std::initializer_list<Field> fields) {
  if (level == Level::error) errors.fetch_add(1, std::memory_order_relaxed);
  if (silent) return false;
  if (target != nullptr) return target->should_log(spdlog_level(level));
  if (level >= Level::warn) {
    const std::string line = format_line(LogFormat::text, level, part, message, fields);
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  return false;
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
  if (!begin_line(level, part, message, fields)) return;
  wait_for_room();
  speak(level, part, message, fields);
}

void log_at_once(Level level, std::string_view part, std::string_view message,
                 std::initializer_list<Field> fields) {
  if (begin_line(level, part, message, fields)) speak(level, part, message, fields);
}

void start_log(Level least, LogFormat format) {
  line_format = format;
  spdlog::init_thread_pool(kQueueLines, 1);
  sink = std::make_shared<CountingSink>();
  target = std::make_shared<spdlog::async_logger>("waybill", sink, spdlog::thread_pool(),
                                                  spdlog::async_overflow_policy::overrun_oldest);
  drops_told = 0;
  target->set_level(spdlog_level(least));
  const bool json = format == LogFormat::json;
  target->set_pattern(json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %v",
                      spdlog::pattern_time_type::utc);
  target->flush_on(spdlog::level::warn);
}

void silence_log() { silent = true; }

bool drain_log() {
  const auto pool = spdlog::thread_pool();
  tell_of_drops();
  // One writer takes the queue in order: once this is out of it, all before is written.
  target->flush();
  std::uint64_t written = sink->written();
  for (auto waited = kLook; pool->queue_size() > 0; waited += kLook) {
    if (waited > kLogFarewell) return false;
    std::this_thread::sleep_for(kLook);
    if (sink->written() != std::exchange(written, sink->written())) waited = kLook;
  }
  return true;
}

bool stop_log() {
  if (!drain_log()) return false;
  target.reset();
  spdlog::shutdown();
  sink.reset();
  return true;
}

std::uint64_t error_lines() { return errors.load(std::memory_order_relaxed); }

}  // namespace waybill::runtime
