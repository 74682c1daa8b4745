// Wrong [domains] and what is said of them.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/config/config.h"

namespace waybill::app {
namespace {

// Complaints without the common "domains.\"a.example\"", for files that begin with its header.
std::vector<std::string> said_of(const std::string& text) {
  std::vector<std::string> said;
  const Loaded loaded = read_config(text);
  if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
    for (const Complaint& complaint : *complaints) said.push_back(to_string(complaint, "f"));
  }
  return said;
}

struct Wrong {
  std::string text;
  std::vector<std::string> complaints;
};

void expect_all(const std::string& before, const std::vector<Wrong>& cases) {
  for (const Wrong& c : cases) EXPECT_EQ(said_of(before + c.text), c.complaints) << c.text;
}

const std::string kForms = "expected user@domain, user@domain:port, user@[ip] or user@[ip]:port";
const std::string kAction =
    "expected an address, an array of addresses, { forward = ... }, { reject = \"550 5.7.1 text\" "
    "} or { drop = true }";

TEST(DomainComplaintsTest, OfNames) {
  expect_all("", {
                     {"[domains.\"bad_name.example\"]\n",
                      {"f:1:10: domains.\"bad_name.example\": expected a domain name such as "
                       "\"example.org\""}},
                     {"[domains.\"[192.0.2.1]\"]\n",
                      {"f:1:10: domains.\"[192.0.2.1]\": expected a domain name such as "
                       "\"example.org\""}},
                     {"[domains.\"\"]\n",
                      {"f:1:10: domains.\"\": expected a domain name such as \"example.org\""}},
                 });
}

TEST(DomainComplaintsTest, OfTheSameNameAtBothPlaces) {
  expect_all("",
             {
                 {"[domains.\"A.example\"]\n\n[domains.\"a.example\"]\n",
                  {"f:1:10: domains.\"A.example\": the same domain as \"a.example\" in line 3",
                   "f:3:10: domains.\"a.example\": the same domain as \"A.example\" in line 1"}},
                 {"[domains.\"bücher.example\"]\n[domains.\"xn--bcher-kva.example\"]\n",
                  {"f:1:10: domains.\"bücher.example\": the same domain as "
                   "\"xn--bcher-kva.example\" in line 2",
                   "f:2:10: domains.\"xn--bcher-kva.example\": the same domain as "
                   "\"bücher.example\" in line 1"}},
             });
}

TEST(DomainComplaintsTest, OfNamesWithoutQuotes) {
  const std::string kQuote = "domains: a name with dots has to be quoted, expected ";
  expect_all("", {
                     {"[domains.a.example]\nlog_subject = true\n",
                      {"f:1:12: " + kQuote + "[domains.\"a.example\"]"}},
                     {"[domains.mail.a.example.aliases]\nx = \"y@b.example\"\n",
                      {"f:1:17: " + kQuote + "[domains.\"mail.a.example\"]"}},
                     {"[domains]\na.example.catch_all = \"y@b.example\"\n",
                      {"f:2:3: " + kQuote + "[domains.\"a.example\"]"}},
                     {"[domains.a.example]\n[domains.a.net]\n",
                      {"f:1:12: " + kQuote + "[domains.\"a.example\"]",
                       "f:2:12: " + kQuote + "[domains.\"a.net\"]"}},
                     {"[domains.a]\nlocal_part = 1\n[domains.a.example]\n",
                      {"f:2:14: domains.a.local_part: expected \"fold\" or \"exact\", found 1",
                       "f:3:12: " + kQuote + "[domains.\"a.example\"]"}},
                 });
}

TEST(DomainComplaintsTest, OfSettings) {
  const std::string kA = "domains.\"a.example\".";
  expect_all(
      "[domains.\"a.example\"]\n",
      {
          {"local_part = \"keep\"\n",
           {"f:2:14: " + kA + "local_part: expected \"fold\" or \"exact\", found \"keep\""}},
          {"subaddress = \"++\"\n",
           {"f:2:14: " + kA +
            "subaddress: expected one of +-_=#~!$%&*/?^| or \"\" for none, found \"++\""}},
          {"subaddress = \"a\"\n",
           {"f:2:14: " + kA +
            "subaddress: expected one of +-_=#~!$%&*/?^| or \"\" for none, found \"a\""}},
          {"subaddress = false\n",
           {"f:2:14: " + kA +
            "subaddress: expected one of +-_=#~!$%&*/?^| or \"\" for none, found false"}},
          {"rescue = \"on\"\n",
           {"f:2:10: " + kA + "rescue: expected \"off\" or \"rewrite-from\", found \"on\""}},
          {"sign_forwarded = \"yes\"\n",
           {"f:2:18: " + kA + "sign_forwarded: expected true or false, found \"yes\""}},
          {"log_subject = \"yes\"\n",
           {"f:2:15: " + kA + "log_subject: expected true or false, found \"yes\""}},
          {"aliases = \"x\"\n", {"f:2:11: " + kA + "aliases: expected a table, found \"x\""}},
          {"catch_all = \"nobody\"\n",
           {"f:2:13: " + kA + "catch_all: " + kForms + ", found \"nobody\""}},
          {"catch_all = { reject = 550 }\n",
           {"f:2:24: " + kA +
            "catch_all.reject: expected a reply \"5xx 5.x.x text\" in ASCII such as \"550 "
            "5.7.1 No spam, please\", found 550"}},
      });
}

TEST(DomainComplaintsTest, OfAliases) {
  const std::string kA = "domains.\"a.example\".aliases";
  expect_all(
      "[domains.\"a.example\".aliases]\n",
      {
          {"\"a b\" = \"y@b.example\"\n",
           {"f:2:1: " + kA +
            ".\"a b\": expected the part of an address before the \"@\" (RFC 5321 4.1.2)"}},
          {"\"x\\u0000y\" = \"y@b.example\"\n",
           {"f:2:1: " + kA +
            ".\"x\\x00y\": expected the part of an address before the \"@\" (RFC 5321 4.1.2)"}},
          {"\"x@a.example\" = \"y@b.example\"\n",
           {"f:2:1: " + kA + ".\"x@a.example\": expected the part before the \"@\" alone: \"x\""}},
          {"\"*\" = \"y@b.example\"\n",
           {"f:2:1: " + kA +
            ".\"*\": expected the key catch_all of the domain for \"all others\""}},
          {"first.last = \"y@b.example\"\n",
           {"f:2:7: " + kA +
            ": an alias with a dot has to be quoted, expected \"first.last\" = ..."}},
          {"a.b.c = { drop = true }\na.b.d = 3\n",
           {"f:2:5: " + kA + ": an alias with a dot has to be quoted, expected \"a.b.c\" = ...",
            "f:3:5: " + kA + ": an alias with a dot has to be quoted, expected \"a.b.d\" = ..."}},
          {"a.b.reject = \"550 5.7.1 No\"\n",
           {"f:2:3: " + kA + ": an alias with a dot has to be quoted, expected \"a.b\" = ..."}},
          {"Buzz = \"y@b.example\"\n\nbuzz = \"z@b.example\"\nbuZZ = { drop = true }\n",
           {"f:2:1: " + kA + ".Buzz: the same alias as \"buzz\" in line 4 (local_part is \"fold\")",
            "f:4:1: " + kA + ".buzz: the same alias as \"Buzz\" in line 2 (local_part is \"fold\")",
            "f:5:1: " + kA +
                ".buZZ: the same alias as \"Buzz\" in line 2 (local_part is \"fold\")"}},
      });
  expect_all("[domains.\"a.example\"]\nlocal_part = \"exact\"\n[domains.\"a.example\".aliases]\n",
             {
                 {"Buzz = \"y@b.example\"\nbuzz = \"z@b.example\"\n", {}},
                 {"Postmaster = \"y@b.example\"\npostmaster = \"z@b.example\"\n",
                  {"f:4:1: " + kA + ".Postmaster: the same alias as \"postmaster\" in line 5",
                   "f:5:1: " + kA + ".postmaster: the same alias as \"Postmaster\" in line 4"}},
             });
}

TEST(DomainComplaintsTest, OfTargets) {
  const std::string kX = "domains.\"a.example\".aliases.x";
  expect_all("[domains.\"a.example\".aliases]\n",
             {
                 {"x = 3\n", {"f:2:5: " + kX + ": " + kAction + ", found 3"}},
                 {"x = []\n", {"f:2:5: " + kX + ": " + kAction + ", found an empty array"}},
                 {"x = \"\"\n", {"f:2:5: " + kX + ": " + kForms + ", found \"\""}},
                 {"x = [\"y@b.example:0\", true]\n",
                  {"f:2:6: " + kX + "[0]: a port is a number from 1 to 65535; " + kForms +
                       ", found \"y@b.example:0\"",
                   "f:2:23: " + kX + "[1]: expected an address, found true"}},
                 {"x = [\"y@b.example\", \"y@B.example\", \"Y@b.example\"]\n",
                  {"f:2:21: " + kX + "[1]: expected every address once, found \"y@B.example\""}},
             });
  std::string many = "x = [";
  for (int i = 0; i <= 100; ++i) many += "\"y" + std::to_string(i) + "@b.example\",";
  expect_all(
      "[domains.\"a.example\".aliases]\n",
      {{many + "]\n", {"f:2:5: " + kX + ": expected at most 100 addresses, found an array"}}});
}

TEST(DomainComplaintsTest, OfLoops) {
  const std::string kOutside =
      ": expected an address outside of this server's own domains (it would loop), found ";
  expect_all(
      "[domains.\"a.example\"]\n",
      {
          {"catch_all = \"y@a.example\"\n",
           {"f:2:13: domains.\"a.example\".catch_all" + kOutside + "\"y@a.example\""}},
          {"aliases = { x = \"y@bücher.example:25\" }\n[domains.\"xn--bcher-kva.example\"]\n",
           {"f:2:17: domains.\"a.example\".aliases.x" + kOutside + "\"y@bücher.example:25\""}},
          {"aliases = { x = [\"y@sub.a.example\", \"y@A.EXAMPLE\"] }\n",
           {"f:2:37: domains.\"a.example\".aliases.x[1]" + kOutside + "\"y@A.EXAMPLE\""}},
      });
}

TEST(DomainComplaintsTest, OfRules) {
  const std::string kX = "domains.\"a.example\".aliases.x";
  const std::string kReply =
      ".reject: expected a reply \"5xx 5.x.x text\" in ASCII such as \"550 5.7.1 No spam, "
      "please\", "
      "found ";
  expect_all(
      "[domains.\"a.example\".aliases]\n",
      {
          {"x = {}\n", {"f:2:5: " + kX + ": expected either reject or drop, found neither"}},
          {"x = { reject = \"550 5.7.1 No\", drop = true }\n",
           {"f:2:5: " + kX + ": expected either reject or drop, found both"}},
          {"x = { drop = false }\n", {"f:2:14: " + kX + ".drop: expected true, found false"}},
          {"x = { rejects = \"550 5.7.1 No\" }\n",
           {"f:2:7: " + kX + ".rejects: unknown key; the nearest known one is \"reject\""}},
          {"x = { reject = \"450 4.7.1 Later\" }\n",
           {"f:2:16: " + kX + kReply + "\"450 4.7.1 Later\""}},
          {"x = { reject = \"550 4.7.1 No\" }\n", {"f:2:16: " + kX + kReply + "\"550 4.7.1 No\""}},
          {"x = { reject = \"550 No\" }\n", {"f:2:16: " + kX + kReply + "\"550 No\""}},
          {"x = { reject = false }\n", {"f:2:16: " + kX + kReply + "false"}},
      });
}

}  // namespace
}  // namespace waybill::app
