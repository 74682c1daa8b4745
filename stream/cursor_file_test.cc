#include "stream/cursor_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "stream/dead_letters.h"
#include "tests/support/ordinals.h"
#include "tests/support/temporary_directory.h"

namespace waybill::stream {

using namespace schemas::ordinal_literals;

namespace {

using runtime::Errc;

TEST(CursorFileTest, ComesBackAsItWent) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("siem.cursor");
  EXPECT_FALSE(read_cursor_file(path).value());
  const Cursor cursor{{0, {42_index, std::string(32, 'a')}},
                      {7, {schemas::EventIndex(1ULL << 63)}}};
  ASSERT_TRUE(write_cursor_file(path, cursor));
  EXPECT_EQ(read_cursor_file(path).value(), cursor);
}

TEST(CursorFileTest, OneThatWasChangedByHandIsNone) {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("siem.cursor");
  ASSERT_TRUE(write_cursor_file(path, {{0, {42_index}}}));
  std::string octets = runtime::read_file(path).value();
  octets.replace(octets.find("42"), 2, "43");
  for (const std::string& changed :
       {octets, std::string(), std::string("{}"), std::string("[]"), std::string("{\"places\":1}"),
        std::string("{\"places\":{\"x\":1},\"check\":\"\"}"),
        std::string("{\"places\":{\"0\":{\"next\":-1}},\"check\":\"\"}")}) {
    std::ofstream(path, std::ios::trunc) << changed;
    const auto read = read_cursor_file(path);
    ASSERT_FALSE(read) << changed;
    EXPECT_EQ(read.error(), Errc::invalid);
    EXPECT_TRUE(read.error().why.starts_with(path)) << read.error().why;
  }
}

TEST(DeadLettersTest, ALineThatWasCutIsPassedOverAndCutOff) {
  const auto spots = DeadLetters::parse("{\"partition\":0,\"index\":7}\n{\"partition\":0,\"ind");
  EXPECT_EQ(spots.value(), (std::vector<EventSpot>{{0, 7_index}}));
  EXPECT_FALSE(DeadLetters::parse("{}\n"));
  EXPECT_FALSE(DeadLetters::parse("x\n"));
  EXPECT_FALSE(DeadLetters::parse("{\"partition\":4294967296,\"index\":7}\n"));
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("siem.dead");
  std::ofstream(path) << "{\"partition\":0,\"index\":7}\n{\"part";
  ASSERT_TRUE(runtime::append_lines(path, "{\"partition\":0,\"index\":8}\n"));
  EXPECT_EQ(runtime::read_file(path).value(),
            "{\"partition\":0,\"index\":7}\n{\"partition\":0,\"index\":8}\n");
}

}  // namespace
}  // namespace waybill::stream
