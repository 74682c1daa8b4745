#include "schemas/event_text.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "tests/support/event_tree.h"
#include "tests/support/odd_events.h"

namespace waybill::schemas {
namespace {

namespace json = boost::json;

std::string plain(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

// What stands at a path of the tree; empty: nothing.
std::string at(const json::object& event, std::string_view path) {
  std::string pointer(path);
  if (pointer.starts_with("body.")) pointer = plain(event.at("kind")) + pointer.substr(4);
  const json::object* object = &event;
  for (;;) {
    const std::size_t dot = pointer.find('.');
    const json::value* const value = object->if_contains(pointer.substr(0, dot));
    if (value == nullptr) return {};
    if (dot == pointer.npos) return plain(*value);
    pointer.erase(0, dot + 1);
    object = &value->as_object();
  }
}

TEST(EventTextTest, EveryEventIsTheTextOfItsTree) {
  tests::OddEvents events(7);
  int with_partition = 0;
  for (int i = 0; i < 3'000; ++i) {
    const Event event = events.next();
    const json::object tree = tests::event_tree(event);
    EXPECT_EQ(to_json(event), json::serialize(tree));
    std::string out = "before ";
    append_json(out, event, EventPlace{3, EventIndex(7)});
    // Whatever the envelope says of a partition, the place is said, and once.
    with_partition += event.has_partition() ? 1 : 0;
    Event bare = event;
    bare.clear_partition();
    std::string placed = to_json(bare);
    placed.pop_back();
    EXPECT_EQ(out, "before " + placed + R"(,"partition":3,"index":7})");
  }
  EXPECT_GT(with_partition, 0);
}

// A newer writer may give a number of ours another type, and numbers that we do not have.
TEST(EventTextTest, WhatAnEventCarriesUnknownIsNotShown) {
  const std::string_view kUnknown[] = {
      {"\x38\x2d\x78\x38\x38\x2d", 6},          // 7, message_id, as a varint, twice with 15 between
      {"\x11\x2d\0\0\0\0\0\0\0", 9},            // 2, occurred_at, well; the last one is told
      {"\xa5\x01\x2d\0\0\0", 6},                // 20, accepted, as fixed32
      {"\x3b\x08\x01\x43\x44\x3c", 6},          // 7 as a group, another group in it
      {"\x93\x4b\x12\x02\x78\x78\x94\x4b", 8},  // 1202, a group with octets
      {"\xb0\x4b\x01\x3d\x01\0\0\0", 8},        // 1206; 7 as fixed32
  };
  tests::OddEvents events(11);
  for (int i = 0; i < 300; ++i) {
    const Event event = events.next();
    for (const std::string_view unknown : kUnknown) {
      Event more;
      ASSERT_TRUE(more.ParseFromString(event.SerializeAsString() + std::string(unknown)));
      Event known = more;
      known.DiscardUnknownFields();
      EXPECT_EQ(to_json(more), to_json(known));
      EXPECT_NO_THROW(json::parse(to_json(more)));
    }
  }
}

TEST(EventTextTest, StringsAreEscapedAsJsonWantsIt) {
  std::string all;
  for (int c = 0; c < 128; ++c) all.push_back(static_cast<char>(c));
  all += "\xc3\xbc\xe2\x80\xae\xf0\x9f\x92\x8c";
  std::string out;
  append_json_string(out, all);
  EXPECT_EQ(out, json::serialize(json::value(all)));
  EXPECT_EQ(json::parse(out).as_string(), all);
}

TEST(EventTextTest, ColumnsAreWhatTheTreeHasThere) {
  const std::vector<std::string> paths{
      "kind",       "occurred_at",     "event_id",         "alias",      "sender",
      "node_seq",   "body.target",     "body.rule",        "body.class", "body.next_hop.mx_host",
      "body.late",  "body.reply.code", "body.reply.text",  "body.size",  "body.targets",
      "body.stage", "body.spam.score", "body.bounce_until"};
  const EventColumns columns(paths);
  tests::OddEvents events(8);
  std::vector<std::string> row;
  for (int i = 0; i < 3'000; ++i) {
    const Event event = events.next();
    const json::object tree = tests::event_tree(event);
    columns.read(event, row);
    ASSERT_EQ(row.size(), paths.size());
    for (std::size_t c = 0; c < paths.size(); ++c)
      EXPECT_EQ(row[c], at(tree, paths[c])) << paths[c];
  }
}

TEST(EventTextDeathTest, AColumnOfNoFieldIsABrokenPromise) {
  EXPECT_DEATH(EventColumns({"body.colour"}), "a column is of a field that there is");
}

}  // namespace
}  // namespace waybill::schemas
