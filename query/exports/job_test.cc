#include "query/exports/job.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace waybill::query::exports {
namespace {

using projector::Role;
using projector::Sought;
using projector::TermOf;
using schemas::Scope;
using schemas::Sight;

Job some_job() {
  Job out;
  out.id = "019ca945-0eb4-79c5-b186-2a68252277b7";
  out.order.filter.sight = Sight::of({"example.org", "example.net"});
  out.order.filter.kinds = {"bounced"};
  out.order.filter.classes = {"hard"};
  out.order.filter.domain = "example.org";
  out.order.filter.address = "ann@example.net";
  out.order.filter.parts = {{Role::sender, Sought("Bob+tag@example.net", {})},
                            {Role::alias, Sought("Sales@example.org", projector::kExactly)}};
  out.order.filter.wanted.all_of = {
      {true, {{TermOf::status, "5"}, {TermOf::reply_code, "451"}}},
      {false, {{TermOf::target, "sa", true, "example.org"}, {TermOf::client_ip, "192.0.2.1"}}},
      {false,
       {{TermOf::client_ip, "192.0.2.0/24", false, {}, runtime::network_of("192.0.2.0/24")}}}};
  out.order.filter.wanted.phrases = {{{"your", "order"}, {"bill"}}, {{"paid"}}};
  out.order.said = {{"domain", "example.org"},
                    {"class", "hard,-soft"},
                    {"target", "sa*"},
                    {"ip", "192.0.2.1"},
                    {"word", "ann"}};
  out.order.subjects = {"example.org", "sa*"};
  out.order.from = runtime::WallTime(std::chrono::seconds(100));
  out.order.packing = Packing::zstd;
  out.order.lag = 3;
  out.order.until = {schemas::EventIndex(7), schemas::EventIndex(UINT64_MAX)};
  out.principal = "token 0123456789ab";
  out.state = State::paused;
  out.looked_at = 3;
  out.of = 7;
  out.expires_at = runtime::WallTime(std::chrono::seconds(200));
  return out;
}

std::string text_of(const Job& job) { return boost::json::serialize(to_json(job)); }

TEST(JobTest, ComesBackFromItsFile) {
  const Job job = some_job();
  const auto back = job_of(text_of(job));
  ASSERT_TRUE(back) << back.error().why;
  EXPECT_EQ(text_of(*back), text_of(job));
  EXPECT_EQ(back->order.filter.sight, job.order.filter.sight);
  EXPECT_EQ(back->order.until, job.order.until);
  EXPECT_EQ(back->order.filter.wanted, job.order.filter.wanted);
  EXPECT_EQ(back->order.subjects, job.order.subjects);
  ASSERT_EQ(back->order.filter.parts.size(), 2U);
  EXPECT_TRUE(back->order.filter.parts[0].address.is("BOB@example.net"));
  EXPECT_FALSE(back->order.filter.parts[1].address.is("sales@example.org"));

  const auto bare = job_of(text_of(Job()));
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->order.filter.sight, Sight::of({}));
  Job whole;
  whole.order.filter.sight = Sight::all();
  EXPECT_TRUE(job_of(text_of(whole))->order.filter.sight.is_all());
}

// Each word that a term may have in a file leads back to it.
TEST(JobTest, EachKindOfTermComesBack) {
  Job job;
  auto& all_of = job.order.filter.wanted.all_of;
  for (const char of : std::string("dsthikrcebwASTC")) {
    all_of.push_back({false, {{static_cast<TermOf>(of), "x"}}});
  }
  const auto back = job_of(text_of(job));
  ASSERT_TRUE(back) << back.error().why;
  EXPECT_EQ(back->order.filter.wanted.all_of, all_of);
}

// As files were before orders had further conditions.
TEST(JobTest, AnOlderFileAsksForWhatItAskedFor) {
  const auto job = job_of(R"({"id":"019ca945-0eb4-79c5-b186-2a68252277b7","state":"waiting",
    "principal":"owner","created_at":"2026-03-01T12:00:00Z","looked_at":0,"of":7,"count":0,
    "octets":0,"order":{"all_domains":true,"domains":[],"kinds":["bounced","rejected"],
    "classes":["hard"],"domain":"example.org","address":"ann@example.net",
    "from":"2026-03-01T00:00:00Z","format":"csv","packing":"none","until":[7]}})");
  ASSERT_TRUE(job) << job.error().why;
  const feed::Filter& filter = job->order.filter;
  EXPECT_EQ(filter.kinds, (std::vector<std::string>{"bounced", "rejected"}));
  EXPECT_EQ(filter.classes, std::vector<std::string>{"hard"});
  EXPECT_EQ(filter.domain, "example.org");
  EXPECT_EQ(filter.address, "ann@example.net");
  EXPECT_EQ(filter.wanted, projector::EventsWanted());
  EXPECT_EQ(job->order.subjects, (std::vector<std::string>{"example.org", "ann@example.net"}));
  schemas::Principal owner;
  owner.scopes = {Scope::access};
  EXPECT_EQ(boost::json::serialize(shown(*job, owner).at("query")),
            R"({"address":"ann@example.net","class":["hard"],"domain":"example.org",)"
            R"("from":"2026-03-01T00:00:00.000000000Z","kind":["bounced","rejected"]})");
  EXPECT_EQ(text_of(*job_of(text_of(*job))), text_of(*job));
}

TEST(JobTest, OfWhomItIsIsToldToThoseWhoMaySeeWhoAsked) {
  schemas::Principal asker;
  const auto query = [&] { return boost::json::serialize(shown(some_job(), asker).at("query")); };
  EXPECT_EQ(query(), R"({"class":["hard","-soft"],"domain":"example.org"})");
  asker.scopes.add(Scope::access);
  EXPECT_EQ(query(), R"({"class":["hard","-soft"],"domain":"example.org","ip":"192.0.2.1",)"
                     R"("target":"sa*","word":"ann"})");
}

TEST(JobTest, WhatIsNoneIsRefusedInWords) {
  std::string text = text_of(some_job());
  for (const auto& [from, to] : {std::pair("\"paused\"", "\"flying\""),
                                 {"\"looked_at\":3", "\"looked_at\":-3"},
                                 {"\"zstd\"", "\"lzma\""},
                                 {"\"until\":[7", "\"until\":[\"7\""},
                                 {"\"from\":\"", "\"from\":\"x"},
                                 {"\"kinds\":[", "\"kinds\":[7,"},
                                 {"\"all_domains\":false", "\"all_domains\":0"},
                                 {"\"of\":\"status\"", "\"of\":\"colour\""},
                                 {"\"role\":\"sender\"", "\"role\":\"client\""},
                                 {"\"not\":true", "\"not\":1"},
                                 {"[\"your\",", "[7,"},
                                 {"\"target\":\"sa*\"", "\"target\":7"},
                                 {"\"conditions\":{", "\"conditions\":0,\"x\":{"}}) {
    std::string wrong = text;
    const std::size_t at = wrong.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    wrong.replace(at, std::string(from).size(), to);
    const auto job = job_of(wrong);
    ASSERT_FALSE(job) << to;
    EXPECT_FALSE(job.error().why.empty()) << to;
  }
  for (const char* wrong : {"", "[]", "{}", "{\"id\":1}", "{"}) EXPECT_FALSE(job_of(wrong));
}

// What whoever asks may not see in the feed, they do not get as a file of somebody else's.
TEST(JobTest, IsSeenByWhoMaySeeAllThatIsInIt) {
  schemas::Principal asker;
  asker.scopes = {Scope::exports};
  Job job = some_job();
  EXPECT_FALSE(job.shows_to(asker));
  asker.sight = Sight::of({"example.org"});
  EXPECT_FALSE(job.shows_to(asker));
  asker.sight = Sight::of({"example.org", "example.net", "example.com"});
  EXPECT_TRUE(job.shows_to(asker));
  asker.sight = Sight::all();
  EXPECT_TRUE(job.shows_to(asker));
  job.order.filter.kinds = {"access"};
  EXPECT_FALSE(job.shows_to(asker));
  asker.scopes.add(Scope::access);
  EXPECT_TRUE(job.shows_to(asker));
  job.order.filter.sight = Sight::all();
  asker.sight = Sight::of({"example.org"});
  EXPECT_FALSE(job.shows_to(asker));
}

}  // namespace
}  // namespace waybill::query::exports
