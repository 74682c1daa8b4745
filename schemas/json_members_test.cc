#include "schemas/json_members.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace waybill::schemas {
namespace {

namespace json = boost::json;

const json::object kObject =
    json::parse(R"({"text": "a", "empty": "", "yes": true, "no": false, "zero": 0,
                    "most": 18446744073709551615, "less": -1, "half": 0.5, "huge": 1e300,
                    "list": [1], "object": {"b": 1}, "null": null})")
        .as_object();
constexpr const char* kNames[] = {"text", "empty", "yes",  "no",   "zero",   "most",   "less",
                                  "half", "huge",  "list", "null", "object", "missing"};

TEST(JsonMembersTest, AMemberOfItsTypeIsGiven) {
  EXPECT_EQ(text_member(kObject, "text"), "a");
  EXPECT_EQ(number_member(kObject, "zero"), 0U);
  EXPECT_EQ(number_member(kObject, "most"), 18'446'744'073'709'551'615U);
  EXPECT_EQ(array_member(kObject, "list")->size(), 1U);
  EXPECT_EQ(object_member(kObject, "object")->size(), 1U);
}

TEST(JsonMembersTest, OfAnotherTypeItIsAsIfMissing) {
  for (const std::string name : kNames) {
    EXPECT_EQ(text_member(kObject, name).empty(), name != "text") << name;
    EXPECT_EQ(number_member(kObject, name).has_value(), name == "zero" || name == "most") << name;
    EXPECT_EQ(array_member(kObject, name) != nullptr, name == "list") << name;
    EXPECT_EQ(object_member(kObject, name) != nullptr, name == "object") << name;
  }
}

TEST(JsonMembersTest, OneMemberThatIsNotThereMakesTheWholeUnreadable) {
  const auto whole_after = [](auto&& read) {
    JsonMembers members(kObject);
    read(members);
    return members.whole();
  };
  for (const std::string name : kNames) {
    const bool text = whole_after([&](JsonMembers& members) { members.text(name); });
    EXPECT_EQ(text, name == "text" || name == "empty") << name;
    const bool flag = whole_after([&](JsonMembers& members) { members.flag(name); });
    EXPECT_EQ(flag, name == "yes" || name == "no") << name;
    const bool number = whole_after([&](JsonMembers& members) { members.number(name); });
    EXPECT_EQ(number, name == "zero" || name == "most") << name;
    const bool array = whole_after([&](JsonMembers& members) { members.array(name); });
    EXPECT_EQ(array, name == "list") << name;
  }
  EXPECT_FALSE(whole_after([](JsonMembers& members) { members.expected("text", "less"); }));
  EXPECT_FALSE(whole_after([](JsonMembers& members) { members.no_others(); }));
}

TEST(JsonMembersTest, TheFirstFaultIsNamedAlsoInAPart) {
  JsonMembers outer(kObject, "route");
  JsonMembers inner(kObject.at("object").as_object(), outer.name("object"), outer);
  EXPECT_EQ(inner.number("b"), 1U);
  inner.no_others();
  EXPECT_TRUE(outer.whole());
  inner.text("b");
  outer.text("missing");
  EXPECT_EQ(outer.fault()->why, "route.object.b: expected a string");
}

TEST(JsonMembersTest, WhatFollowsAMissingMemberIsStillRead) {
  JsonMembers members(kObject);
  EXPECT_EQ(members.text("missing"), "");
  EXPECT_EQ(members.text("text"), "a");
  EXPECT_TRUE(members.flag("yes"));
  EXPECT_EQ(members.array("list").size(), 1U);
  EXPECT_FALSE(members.whole());
}

}  // namespace
}  // namespace waybill::schemas
