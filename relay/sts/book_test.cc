#include "relay/sts/book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waybill::relay::sts {
namespace {

using namespace std::chrono_literals;
using runtime::WallTime;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr WallTime kNow{1'800'000'000s};

Entry entry(std::chrono::seconds max_age, WallTime fetched = kNow) {
  return {"1", {Mode::enforce, {"mx.test", "*.more.test"}, max_age}, fetched};
}

TEST(PolicyBookTest, HasAPolicyForItsTime) {
  PolicyBook book;
  book.put("d.test", entry(100s), kNow);
  ASSERT_NE(book.find("d.test", kNow + 99s), nullptr);
  EXPECT_EQ(*book.find("d.test", kNow), entry(100s));
  EXPECT_EQ(book.find("d.test", kNow + 100s), nullptr);
  EXPECT_EQ(book.find("e.test", kNow), nullptr);
  book.put("d.test", entry(200s), kNow);
  EXPECT_NE(book.find("d.test", kNow + 199s), nullptr) << "the newer one";
  EXPECT_EQ(book.size(), 1u);
}

TEST(PolicyBookTest, SaysWhichToFetchAgainBeforeTheyEnd) {
  PolicyBook book;
  book.put("short.test", entry(100s), kNow);
  book.put("long.test", entry(24h * 30), kNow);
  EXPECT_THAT(book.due(kNow + 49s), IsEmpty());
  EXPECT_THAT(book.due(kNow + 50s), ElementsAre("short.test"));
  EXPECT_THAT(book.due(kNow + 100s), IsEmpty()) << "it has ended";
  EXPECT_THAT(book.due(kNow + 24h), ElementsAre("long.test"));
}

TEST(PolicyBookTest, IsReadBackAsItWasWritten) {
  PolicyBook book;
  book.put("d.test", entry(100s), kNow);
  book.put("none.test", {"a1", {Mode::none, {}, 50s}, kNow - 10s}, kNow);
  EXPECT_EQ(book.text(),
            "d.test 1 enforce 100 1800000000 mx.test,*.more.test\n"
            "none.test a1 none 50 1799999990 \n");
  const PolicyBook read = PolicyBook::read(book.text(), kNow);
  EXPECT_EQ(read.text(), book.text());
  EXPECT_EQ(PolicyBook::read(book.text(), kNow + 60s).size(), 1u) << "one has ended";
}

TEST(PolicyBookTest, PassesOverLinesThatAreNone) {
  const std::string good = "d.test 1 enforce 100 1800000000 mx.test\n";
  for (const char* line :
       {"", "\n", "d.test\n", "d.test 1 enforce 100 x mx.test\n", "d.test 1 enforce 100 18\n",
        "d.test 1 strict 100 1800000000 mx.test\n", "d.test - enforce 100 1800000000 mx.test\n",
        " 1 enforce 100 1800000000 mx.test\n", "d.test 1 enforce 100 1800000000 \n",
        "d.test 1 enforce 100 99999999999999999999 mx.test\n",
        "d.test 1 enforce 100 1900000000 mx.test\n"}) {
    EXPECT_EQ(PolicyBook::read(line, kNow).size(), 0u) << line;
    EXPECT_EQ(PolicyBook::read(line + good, kNow).size(), 1u) << line;
  }
}

TEST(PolicyBookTest, KeepsThoseThatLastLongestWhereThereAreTooMany) {
  PolicyBook book;
  for (std::size_t i = 0; i <= kMostDomains; ++i) {
    const bool first = i == 0;
    book.put(std::to_string(i) + ".test", entry(first ? 100s : 200s), kNow);
  }
  EXPECT_EQ(book.size(), kMostDomains);
  EXPECT_EQ(book.find("0.test", kNow), nullptr);
  EXPECT_NE(book.find("1.test", kNow), nullptr);
}

TEST(PolicyBookTest, HoldsSoManyOctetsAndNoMore) {
  PolicyBook book;
  Entry large = entry(100s);
  large.policy.mx.assign(kMostPatterns, std::string(250, 'x'));
  for (int i = 0; i < 500; ++i) book.put(std::to_string(i) + ".test", large, kNow);
  EXPECT_LE(book.text().size(), kMostOctets);
  EXPECT_GT(book.size(), 300u);
}

}  // namespace
}  // namespace waybill::relay::sts
