#include "runtime/inherited_sockets.h"

#include <gtest/gtest.h>

namespace waybill::runtime {
namespace {

constexpr int kOwn = 4711;

// "3:smtp 4:smtps", or why not.
std::string told(const char* pid, const char* count, const char* names) {
  const auto sockets = inherited_in(pid, count, names, kOwn);
  if (!sockets) return sockets.error().why;
  std::string out;
  for (const InheritedSocket& one : *sockets) {
    out += (out.empty() ? "" : " ") + std::to_string(one.descriptor) + ":" + one.name;
  }
  return out;
}

TEST(InheritedSocketsTest, AreThoseThatTheVariablesName) {
  EXPECT_EQ(told("4711", "2", "smtp:smtps"), "3:smtp 4:smtps");
  EXPECT_EQ(told("4711", "3", "smtp:smtp:smtps"), "3:smtp 4:smtp 5:smtps");
  EXPECT_EQ(told("4711", "0", ""), "");
}

TEST(InheritedSocketsTest, AreNoneWhereTheyAreMeantForAnotherProcess) {
  EXPECT_EQ(told(nullptr, nullptr, nullptr), "");
  EXPECT_EQ(told("4711", nullptr, nullptr), "");
  EXPECT_EQ(told(nullptr, "1", "smtp"), "");
  EXPECT_EQ(told("4712", "1", "smtp"), "");
  EXPECT_EQ(told("4711x", "1", "smtp"), "");
}

TEST(InheritedSocketsTest, WithoutANameAreUnknown) {
  EXPECT_EQ(told("4711", "2", nullptr), "3:unknown 4:unknown");
  EXPECT_EQ(told("4711", "2", "smtp"), "3:smtp 4:unknown");
  EXPECT_EQ(told("4711", "2", ":smtps"), "3:unknown 4:smtps");
}

TEST(InheritedSocketsTest, ANumberThatIsNoneIsTold) {
  EXPECT_EQ(told("4711", "two", "smtp"), "LISTEN_FDS is no number of sockets: two");
  EXPECT_EQ(told("4711", "-1", "smtp"), "LISTEN_FDS is no number of sockets: -1");
  EXPECT_EQ(told("4711", "100000", "smtp"), "LISTEN_FDS is no number of sockets: 100000");
}

}  // namespace
}  // namespace waybill::runtime
