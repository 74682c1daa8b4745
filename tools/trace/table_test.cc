#include "tools/trace/table.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace waybill::tools {
namespace {

boost::json::object parse(const std::string& text) { return boost::json::parse(text).as_object(); }

boost::json::object forwarded() {
  return parse(R"({"time":"2026-03-01T12:20:00.123456789Z","kind":"forwarded",
    "sender":"ann@example.com","alias":"sales@example.org","target":"bob@example.net",
    "reply":{"code":250,"enhanced":"2.0.0","text":"queued as 4F"}})");
}

TEST(TableTest, TellsWhoSentWhatToWhomAndWhatWasSaid) {
  EXPECT_EQ(table_line(forwarded(), {}),
            "2026-03-01T12:20:00.123Z  forwarded  ann@example.com > sales@example.org > "
            "bob@example.net  250 2.0.0 queued as 4F");
}

TEST(TableTest, SaysWhoseVerdictItWasAndByWhichRule) {
  EXPECT_EQ(table_line(parse(R"({"time":"2026-03-01T12:20:00.000000000Z","kind":"rejected",
              "sender":"","alias":"x@example.org","by":"policy","rule":"unknown-alias",
              "reply":{"code":550}})"),
                       {}),
            "2026-03-01T12:20:00.000Z  rejected   <> > x@example.org  550 (policy: unknown-alias)");
}

TEST(TableTest, LeavesOutASenderThatIsNotKnown) {
  EXPECT_EQ(table_line(parse(R"({"time":"2026-03-01T12:20:00Z","kind":"bounced",
              "alias":"x@example.org","bounce_class":"hard","status":"5.1.1"})"),
                       {}),
            "2026-03-01T12:20:00Z  bounced    x@example.org  hard 5.1.1");
}

TEST(TableTest, ColoursTheKindAlone) {
  const auto line = table_line(forwarded(), {true, 0});
  EXPECT_NE(line.find("\033[32mforwarded\033[0m  ann"), std::string::npos) << line;
  EXPECT_EQ(table_line(forwarded(), {}).find('\033'), std::string::npos);
}

TEST(TableTest, CutsAtTheWidthInCharacters) {
  EXPECT_EQ(table_line(forwarded(), {false, 48}),
            "2026-03-01T12:20:00.123Z  forwarded  ann@exampl\u2026");
  auto entry = forwarded();
  entry["sender"] = "gr\u00fc\u00dfe@x";
  entry.erase("target");
  EXPECT_EQ(table_line(entry, {false, 42}),
            "2026-03-01T12:20:00.123Z  forwarded  gr\u00fc\u00df\u2026");
  EXPECT_EQ(table_line(forwarded(), {false, 5}), "2026-03-01T12:20:00.123Z  forwarded  ");
}

// A next hop's text is a stranger's: no escape sequence of it reaches the terminal, not even one
// that begins with the single character U+009B.
TEST(TableTest, LetsNoStrangerMoveTheTerminal) {
  auto entry = forwarded();
  entry["reply"] = {{"code", 550}, {"text", "a\033[2Jb\nc\u009b2Jd\x7f"}};
  const auto line = table_line(entry, {});
  EXPECT_TRUE(line.ends_with("550 a [2Jb c 2Jd ")) << line;
}

TEST(FreshnessTest, SaysUpToWhenTheLogIsKnown) {
  const auto as_of = parse(R"({"time":"2026-03-01T12:20:00.123456789Z","index":3,"lag":0})");
  EXPECT_EQ(freshness_line(as_of, 1, More::none),
            "1 event; the log is known up to 2026-03-01T12:20:00.123 UTC");
  EXPECT_EQ(freshness_line(as_of, 50, More::older),
            "50 events, older ones with --limit or --all; the log is known up to "
            "2026-03-01T12:20:00.123 UTC");
  EXPECT_EQ(freshness_line(parse(R"({"time":null,"index":0,"lag":2})"), 0, More::none),
            "0 events; the log is still empty, 2 newer events are not in this answer yet");
}

}  // namespace
}  // namespace waybill::tools
