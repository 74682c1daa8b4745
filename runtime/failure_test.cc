#include "runtime/failure.h"

#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>
#include <memory>

namespace waybill::runtime {
namespace {

Explained<std::unique_ptr<int>> open(bool well) {
  if (!well) return Failure{Errc::locked, "another process has it"};
  return std::make_unique<int>(7);
}

Explained<void> start(bool well) {
  if (auto opened = open(well); !opened) return opened.error();
  return {};
}

TEST(Failure, IsPassedOnThroughAResultOfAnotherType) {
  EXPECT_TRUE(start(true));
  const auto started = start(false);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error(), Errc::locked);
  EXPECT_NE(started.error(), Errc::not_found);
  EXPECT_EQ(started.error().why, "another process has it");
}

TEST(Failure, APlaceStandsInFrontOfTheWords) {
  const Failure failure = Failure{Errc::invalid, "expected a key"}.in("line 3").in("keys");
  EXPECT_EQ(failure, Errc::invalid);
  EXPECT_EQ(failure.why, "keys: line 3: expected a key");
}

TEST(Failure, AnErrorWithoutWordsSpeaksForItself) {
  EXPECT_EQ(explain(Errc::corrupt), Errc::corrupt);
  EXPECT_EQ(explain(Errc::corrupt).why, "corrupt data");
  EXPECT_EQ(explain(Errc::timeout, "cannot read x").why, "cannot read x: deadline passed");
}

TEST(Failure, AnErrorOfAnotherCategoryIsIoError) {
  const Error other(boost::system::errc::no_space_on_device, boost::system::generic_category());
  EXPECT_EQ(explain(other, "cannot write x"), Errc::io_error);
  EXPECT_EQ(explain(other, "cannot write x").why, "cannot write x: " + other.message());
}

TEST(Failure, AValueThatIsNotThereThrowsCodeAndWords) {
  EXPECT_EQ(*open(true).value(), 7);
  try {
    open(false).value();
    ADD_FAILURE() << "there is no value";
  } catch (const boost::system::system_error& thrown) {
    EXPECT_EQ(thrown.code(), Errc::locked);
    EXPECT_EQ(std::string(thrown.what()).find("another process has it"), 0u) << thrown.what();
  }
}

}  // namespace
}  // namespace waybill::runtime
