#include "runtime/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

namespace waybill::runtime {
namespace {

std::string text(std::initializer_list<Field> fields) {
  return format_line(LogFormat::text, Level::warn, "relay", "refused", fields);
}

std::string json(std::initializer_list<Field> fields) {
  return format_line(LogFormat::json, Level::warn, "relay", "refused", fields);
}

TEST(LogTest, ALineIsItsLevelPartMessageAndFields) {
  EXPECT_EQ(text({}), "warn relay: refused");
  EXPECT_EQ(text({{"client", "192.0.2.1"}, {"count", 3}}),
            "warn relay: refused client=192.0.2.1 count=3");
  EXPECT_EQ(json({}), R"("level":"warn","part":"relay","message":"refused")");
  EXPECT_EQ(json({{"client", "192.0.2.1"}}),
            R"("level":"warn","part":"relay","message":"refused","client":"192.0.2.1")");
}

struct ValueCase {
  std::string_view value;
  std::string_view quoted;
};

const ValueCase kEscaped[] = {
    {"", R"("")"},
    {"two words", R"("two words")"},
    {"a=b", R"("a=b")"},
    {"say \"hi\"", R"("say \"hi\"")"},
    {"back\\slash", R"("back\\slash")"},
    {"x\r\nerror relay: forged", R"("x\u000d\u000aerror relay: forged")"},
    {std::string_view("nul\0", 4), R"("nul\u0000")"},
    {"\x1b[31m", R"("\u001b[31m")"},
    {"del\x7f", R"("del\u007f")"},
};

TEST(LogTest, NoValueFromTheWireCanForgeALineOrAField) {
  for (const ValueCase& c : kEscaped) {
    EXPECT_EQ(text({{"v", c.value}}), "warn relay: refused v=" + std::string(c.quoted));
    EXPECT_EQ(json({{"v", c.value}}),
              R"("level":"warn","part":"relay","message":"refused","v":)" + std::string(c.quoted));
  }
}

TEST(LogTest, CountsLinesOfLevelErrorAndNoOthers) {
  const std::uint64_t before = error_lines();
  log(Level::info, "runtime", "counted not");
  log(Level::warn, "runtime", "counted not");
  EXPECT_EQ(error_lines(), before);
  log(Level::error, "runtime", "counted");
  EXPECT_EQ(error_lines(), before + 1);
}

// What `speak` makes the process write to standard error.
template <class Speak>
std::vector<std::string> written(Level least, LogFormat format, Speak speak) {
  testing::internal::CaptureStderr();
  start_log(least, format);
  speak();
  stop_log();
  std::vector<std::string> lines;
  std::string line;
  for (const char c : testing::internal::GetCapturedStderr()) {
    if (c == '\n') {
      lines.push_back(std::exchange(line, ""));
    } else {
      line += c;
    }
  }
  return lines;
}

void speak_at_each_level() {
  log(Level::debug, "runtime", "one");
  log(Level::info, "runtime", "two");
  log(Level::warn, "runtime", "three");
}

TEST(LogTest, WritesWhatIsAtLeastAsGraveAsAskedFor) {
  const auto lines = written(Level::info, LogFormat::text, speak_at_each_level);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(lines[0].ends_with("Z info runtime: two")) << lines[0];
  EXPECT_TRUE(lines[1].ends_with("Z warn runtime: three")) << lines[1];
}

TEST(LogTest, AJsonLineIsOneObject) {
  const auto lines = written(Level::debug, LogFormat::json, speak_at_each_level);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(lines[0].starts_with(R"({"time":"20)")) << lines[0];
  EXPECT_TRUE(lines[0].ends_with(R"(Z","level":"debug","part":"runtime","message":"one"})"))
      << lines[0];
}

// Standard error is a pipe that nobody empties: the process goes on, and ends.
TEST(LogTest, WaitsForNoReaderThatStandsStill) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EXIT(
      {
        ::dup2(ends[1], STDERR_FILENO);
        start_log(Level::info, LogFormat::text);
        for (int line = 0; line < 20'000; ++line) log(Level::info, "runtime", "a line of many");
        std::_Exit(stop_log() ? 0 : 7);
      },
      testing::ExitedWithCode(7), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 4 * kLogFarewell);
  ::close(ends[0]);
  ::close(ends[1]);
}

void speak_from_many_threads() {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([] {
      for (int i = 0; i < 3000; ++i) log(Level::info, "runtime", "busy");
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// More than the writer's queue holds: the speakers wait.
TEST(LogTest, DropsNoLine) {
  EXPECT_EQ(written(Level::info, LogFormat::text, speak_from_many_threads).size(), 12'000u);
}

}  // namespace
}  // namespace waybill::runtime
