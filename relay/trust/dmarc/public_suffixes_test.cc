#include "relay/trust/dmarc/public_suffixes.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace waybill::relay::trust::dmarc {
namespace {

class PublicSuffixesTest : public testing::Test {
 protected:
  PublicSuffixesTest() { std::ofstream(path_) << "test\nco.test\n*.wild.test\n!not.wild.test\n"; }
  ~PublicSuffixesTest() override { std::remove(path_.c_str()); }

  const std::string path_ = testing::TempDir() + "waybill_public_suffixes";
};

TEST_F(PublicSuffixesTest, FindsOneLabelBelowTheSuffix) {
  const auto list = PublicSuffixes::load(path_);
  ASSERT_TRUE(list) << list.error();
  EXPECT_EQ(list->organisation_of("a.b.example.test"), "example.test");
  EXPECT_EQ(list->organisation_of("a.example.co.test"), "example.co.test");
  EXPECT_EQ(list->organisation_of("a.b.any.wild.test"), "b.any.wild.test");
  EXPECT_EQ(list->organisation_of("a.not.wild.test"), "not.wild.test");
}

TEST_F(PublicSuffixesTest, LeavesASuffixAsItIs) {
  const auto list = PublicSuffixes::load(path_);
  ASSERT_TRUE(list) << list.error();
  EXPECT_EQ(list->organisation_of("test"), "test");
  EXPECT_EQ(list->organisation_of("co.test"), "co.test");
}

// publicsuffix.org: where no rule matches, the rule is "*".
TEST_F(PublicSuffixesTest, TakesAnUnknownTopLabelForASuffix) {
  const auto list = PublicSuffixes::load(path_);
  ASSERT_TRUE(list) << list.error();
  EXPECT_EQ(list->organisation_of("a.example.unknown"), "example.unknown");
}

TEST_F(PublicSuffixesTest, SaysThatThereIsNoList) {
  EXPECT_FALSE(PublicSuffixes::load("/nonexistent/list.dat"));
}

}  // namespace
}  // namespace waybill::relay::trust::dmarc
