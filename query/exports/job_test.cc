#include "query/exports/job.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace waybill::query::exports {
namespace {

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

  const auto bare = job_of(text_of(Job()));
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->order.filter.sight, Sight::of({}));
  Job whole;
  whole.order.filter.sight = Sight::all();
  EXPECT_TRUE(job_of(text_of(whole))->order.filter.sight.is_all());
}

TEST(JobTest, WhatIsNoneIsRefusedInWords) {
  std::string text = text_of(some_job());
  for (const auto& [from, to] : {std::pair("\"paused\"", "\"flying\""),
                                 {"\"looked_at\":3", "\"looked_at\":-3"},
                                 {"\"zstd\"", "\"lzma\""},
                                 {"\"until\":[7", "\"until\":[\"7\""},
                                 {"\"from\":\"", "\"from\":\"x"},
                                 {"\"kinds\":[", "\"kinds\":[7,"},
                                 {"\"all_domains\":false", "\"all_domains\":0"}}) {
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
