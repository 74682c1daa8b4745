#include "runtime/dns/caching_resolver.h"

#include <gtest/gtest.h>

#include "runtime/clock.h"
#include "tests/support/run_task.h"
#include "tests/support/virtual_clock.h"

namespace waybill::runtime::dns {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using runtime::Instant;
using runtime::IpAddress;
using runtime::Result;
using runtime::Task;

// Counts what it is asked, and answers as it is told.
class CountingResolver final : public Resolver {
 public:
  template <class Record>
  Result<Answer<Record>> say(std::vector<Record> records) {
    ++asked;
    if (failure) return make_error_code(*failure);
    Answer<Record> answer;
    answer.ttl = ttl;
    if (!empty) answer.records = std::move(records);
    return answer;
  }
  Task<Result<Answer<Mx>>> mx(std::string, Instant) override {
    co_return say<Mx>({Mx{10, "mx.test"}});
  }
  Task<Result<Answer<IpAddress>>> a(std::string, Instant) override {
    co_return say<IpAddress>({boost::asio::ip::make_address("192.0.2.1")});
  }
  Task<Result<Answer<IpAddress>>> aaaa(std::string, Instant) override {
    co_return say<IpAddress>({boost::asio::ip::make_address("2001:db8::1")});
  }
  Task<Result<Answer<std::string>>> txt(std::string, Instant) override {
    co_return say<std::string>({"text"});
  }
  Task<Result<Answer<Tlsa>>> tlsa(std::string, Instant) override {
    co_return say<Tlsa>({Tlsa{3, 1, 1, "digest"}});
  }
  Task<Result<Answer<std::string>>> ptr(IpAddress, Instant) override {
    co_return say<std::string>({"name.test"});
  }

  int asked = 0;
  std::uint32_t ttl = 60;
  bool empty = false;
  std::optional<Errc> failure;
};

class CachingResolverTest : public ::testing::Test {
 protected:
  CachingResolverTest() {
    auto inner = std::make_unique<CountingResolver>();
    inner_ = inner.get();
    resolver_.emplace(std::move(inner), clock_);
  }

  Result<Answer<std::string>> txt(const std::string& name) {
    return tests::run_task(io_, resolver_->txt(name, clock_.now() + 1s));
  }

  void pass(runtime::Duration time) {
    clock_.call_at(clock_.now() + time, [] {});
    EXPECT_TRUE(clock_.advance());
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  CountingResolver* inner_ = nullptr;
  std::optional<CachingResolver> resolver_;
};

TEST_F(CachingResolverTest, AsksOnceForWhatItKnows) {
  EXPECT_EQ(txt("a.test")->records, (std::vector<std::string>{"text"}));
  EXPECT_EQ(txt("a.test")->records, (std::vector<std::string>{"text"}));
  EXPECT_EQ(inner_->asked, 1);
  EXPECT_TRUE(txt("b.test"));
  EXPECT_EQ(inner_->asked, 2);
}

TEST_F(CachingResolverTest, TypesAreApart) {
  const auto soon = clock_.now() + 1s;
  const auto address = boost::asio::ip::make_address("192.0.2.1");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(tests::run_task(io_, resolver_->mx("a.test", soon))->records[0].exchange, "mx.test");
    EXPECT_TRUE(tests::run_task(io_, resolver_->a("a.test", soon))->records[0].is_v4());
    EXPECT_TRUE(tests::run_task(io_, resolver_->aaaa("a.test", soon))->records[0].is_v6());
    EXPECT_EQ(tests::run_task(io_, resolver_->ptr(address, soon))->records[0], "name.test");
    EXPECT_EQ(txt("a.test")->records[0], "text");
  }
  EXPECT_EQ(inner_->asked, 5);
}

TEST_F(CachingResolverTest, AnAnswerIsTrueForItsTtlAndNoLonger) {
  EXPECT_TRUE(txt("a.test"));
  pass(60s - 1ns);
  EXPECT_TRUE(txt("a.test"));
  EXPECT_EQ(inner_->asked, 1);
  pass(1ns);
  EXPECT_TRUE(txt("a.test"));
  EXPECT_EQ(inner_->asked, 2);
}

TEST_F(CachingResolverTest, NoAnswerIsOlderThanTheLimit) {
  inner_->ttl = 86'400;
  EXPECT_TRUE(txt("a.test"));
  pass(kMaxAge);
  EXPECT_TRUE(txt("a.test"));
  EXPECT_EQ(inner_->asked, 2);
}

TEST_F(CachingResolverTest, AnEmptyAnswerIsAnAnswer) {
  inner_->empty = true;
  EXPECT_TRUE(txt("a.test")->records.empty());
  EXPECT_TRUE(txt("a.test")->records.empty());
  EXPECT_EQ(inner_->asked, 1);
}

TEST_F(CachingResolverTest, FailuresAndAnswersWithoutTtlAreNotKept) {
  inner_->failure = Errc::temporary;
  EXPECT_EQ(txt("a.test").error(), Errc::temporary);
  inner_->failure.reset();
  inner_->ttl = 0;
  EXPECT_TRUE(txt("a.test"));
  EXPECT_TRUE(txt("a.test"));
  EXPECT_EQ(inner_->asked, 3);
}

TEST_F(CachingResolverTest, ItsMemoryIsBounded) {
  for (std::size_t i = 0; i < kMaxAnswers; ++i) EXPECT_TRUE(txt(std::to_string(i)));
  EXPECT_TRUE(txt("one more"));
  EXPECT_TRUE(txt("0"));
  EXPECT_EQ(inner_->asked, static_cast<int>(kMaxAnswers) + 2) << "it began anew";
}

}  // namespace
}  // namespace waybill::runtime::dns
