#include "tools/trace/entry.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace waybill::tools {
namespace {

namespace json = boost::json;

json::object object_of(const std::string& text) { return json::parse(text).as_object(); }

json::object example(const std::string& kind) {
  std::ifstream file(std::filesystem::path(WAYBILL_SOURCE_DIR) / "schemas/examples" /
                     (kind + ".json"));
  std::ostringstream text;
  text << file.rdbuf();
  return object_of(text.str());
}

TEST(EntryTest, AnEventHasTheLineOfItsHistory) {
  json::object event = example("bounced");
  event["index"] = 7;
  const json::object entry = entry_of_event(event);
  EXPECT_EQ(entry.at("time"), "2026-03-01T13:30:00.918273645Z");
  EXPECT_EQ(entry.at("kind"), "bounced");
  EXPECT_EQ(entry.at("partition"), 1);
  EXPECT_EQ(entry.at("index"), 7);
  EXPECT_EQ(entry.at("alias"), "orders@example.org");
  EXPECT_EQ(entry.at("sender"), "");
  EXPECT_EQ(entry.at("target"), "anna@mailbox.example.net");
  EXPECT_EQ(entry.at("bounce_class"), "hard");
  EXPECT_EQ(entry.at("status"), "5.2.2");
  EXPECT_FALSE(entry_of_event(example("forwarded")).contains("index")) << "its place is not known";
}

TEST(EntryTest, AnEventOfANewerReleaseHasWhatEachHas) {
  const json::object entry = entry_of_event(object_of(
      R"({"kind":"teleported","occurred_at":"2026-03-01T13:30:00.000000000Z","partition":0,
          "index":3,"alias":"a@x.test","sender":"b@x.test","teleported":{"to":"mars"}})"));
  EXPECT_EQ(json::serialize(entry),
            R"({"time":"2026-03-01T13:30:00.000000000Z","partition":0,"index":3,)"
            R"("kind":"teleported","alias":"a@x.test","sender":"b@x.test"})");
}

TEST(EntryTest, EachAnswerHasItsEntries) {
  const std::string event = json::serialize(example("dropped"));
  EXPECT_EQ(entries_of(object_of(R"({"entries":[{"kind":"dropped"}]})")).size(), 1U);
  EXPECT_EQ(entries_of(object_of(R"({"events":[)" + event + "," + event + "]}")).size(), 2U);
  EXPECT_EQ(entries_of(object_of(R"({"messages":[{"events":[)" + event + R"(]},{"events":[)" +
                                 event + "]}]}"))
                .size(),
            2U);
  EXPECT_TRUE(entries_of(object_of(R"({"hours":[]})")).empty());
  EXPECT_TRUE(entries_of(object_of(R"({"entries":[1],"events":{},"messages":[2]})")).empty());
}

TEST(EntryTest, ARowHasACellForEachColumn) {
  EXPECT_EQ(sheet_header(),
            "time,partition,index,kind,alias,sender,target,message_id,delivery_id,code,enhanced,"
            "text,by,rule,stage,bounce_class,status,diagnostic,rfc5322_message_id,"
            "reported_delivery_id,size\r\n");
  EXPECT_EQ(sheet_row(object_of(R"({"time":"2026-03-01T12:20:00.000000000Z","partition":0,"index":5,
                "kind":"rejected","alias":"a@x.test","sender":"","by":"next_hop",
                "reply":{"code":550,"enhanced":"5.1.1","text":"=cmd, \"no\""}})")),
            "2026-03-01T12:20:00.000000000Z,0,5,rejected,a@x.test,<>,,,,550,5.1.1,"
            "\"'=cmd, \"\"no\"\"\",next_hop,,,,,,,,\r\n");
  EXPECT_EQ(sheet_row(object_of("{}")), ",,,,,,,,,,,,,,,,,,,,\r\n") << "a sender that is not known";
}

}  // namespace
}  // namespace waybill::tools
