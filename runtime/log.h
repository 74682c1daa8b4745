// Log: one line per thing an operator may want to know, as words and fields. Values from the wire
// are escaped, so that no peer can forge a line. Any thread; lines are written by one background
// thread and none is dropped.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace waybill::runtime {

enum class Level { debug, info, warn, error };

enum class LogFormat { text, json };

struct Field {
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, std::uint64_t v) : key(k), value(std::to_string(v)) {}
  Field(std::string_view k, int v) : key(k), value(std::to_string(v)) {}
  std::string_view key;
  std::string value;
};

// `part` is the folder that speaks ("relay/forward"); `message` is fixed text, values go in fields.
void log(Level level, std::string_view part, std::string_view message,
         std::initializer_list<Field> fields = {});

// Where lines go and which are kept: to standard error. Call once at start; before that, lines of
// level warn and above go to standard error unbuffered.
void start_log(Level least, LogFormat format);
// Lines are counted and written nowhere: for simulations, which end thousands of processes badly.
void silence_log();
// As log(), for a caller that may not wait, not even for room in the queue.
void log_at_once(Level level, std::string_view part, std::string_view message,
                 std::initializer_list<Field> fields = {});
// Writes what is queued. False: no line was written for kLogFarewell; the reader of standard error
// stands still.
bool drain_log();
// The same, and ends the log: nothing else may log any more. After false nothing has ended, the
// writer's thread waits for the reader, and the process can only end by std::_Exit.
bool stop_log();
inline constexpr std::chrono::seconds kLogFarewell{2};

// Lines of level error since the process began: a simulation with one has failed.
std::uint64_t error_lines();

// One line of text without its time: exposed for tests. Control octets and quotes are escaped.
std::string format_line(LogFormat format, Level level, std::string_view part,
                        std::string_view message, std::initializer_list<Field> fields);

}  // namespace waybill::runtime
