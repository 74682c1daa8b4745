#include "runtime/result.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "runtime/check.h"
#include "runtime/permits.h"

namespace waybill::runtime {
namespace {

constexpr Errc kAll[] = {Errc::closed,         Errc::timeout, Errc::refused,  Errc::unreachable,
                         Errc::limit_exceeded, Errc::fenced,  Errc::log_full, Errc::temporary,
                         Errc::not_found,      Errc::corrupt, Errc::invalid,  Errc::locked,
                         Errc::io_error};

TEST(ResultTest, EveryCodeHasWordsOfItsOwn) {
  std::set<std::string> words;
  for (const Errc code : kAll) words.insert(make_error_code(code).message());
  EXPECT_EQ(words.size(), std::size(kAll));
  EXPECT_EQ(words.count("unknown error"), 0u);
}

TEST(ResultTest, ACodeSurvivesBeingAnError) {
  for (const Errc code : kAll) {
    EXPECT_EQ(errc_of(make_error_code(code)), code);
    EXPECT_TRUE(make_error_code(code).failed());
  }
}

TEST(ResultTest, AnErrorOfAnotherCategoryIsAnInputOutputError) {
  const Error refused(ECONNREFUSED, boost::system::system_category());
  EXPECT_EQ(errc_of(refused), Errc::io_error);
}

TEST(ResultTest, AResultIsAValueOrAnError) {
  const Result<int> seven = 7;
  const Result<int> none = make_error_code(Errc::not_found);
  EXPECT_EQ(seven.value(), 7);
  EXPECT_FALSE(none);
  EXPECT_EQ(none.error(), Errc::not_found);
}

TEST(CheckTest, AKeptPromiseIsSilent) { check(true, "nothing happens"); }

TEST(CheckDeathTest, ABrokenPromiseEndsTheProcessAndSaysWhichAndWhere) {
  EXPECT_DEATH(check(false, "every acceptance has an outcome"),
               "broken promise: every acceptance has an outcome .*result_test.cc:[0-9]+");
}

TEST(PermitsTest, AreTakenWholeOrNotAtAll) {
  Permits permits(3);
  const auto two = permits.try_take(2);
  ASSERT_TRUE(two);
  EXPECT_FALSE(permits.try_take(2));
  EXPECT_EQ(permits.free(), 1u);
  EXPECT_TRUE(permits.try_take(1));
}

TEST(PermitsTest, ComeBackWhenTheyAreLetGo) {
  Permits permits(1);
  { const auto held = permits.try_take(); }
  EXPECT_EQ(permits.free(), 1u);
}

TEST(PermitsTest, MovingThemGivesThemBackOnce) {
  Permits permits(2);
  {
    auto first = permits.try_take();
    Permits::Held moved(std::move(*first));
    first.reset();
    EXPECT_EQ(permits.free(), 1u);
    auto second = permits.try_take();
    moved = std::move(*second);
  }
  EXPECT_EQ(permits.free(), 2u);
}

}  // namespace
}  // namespace waybill::runtime
