#include <gtest/gtest.h>

#include "schemas/address.h"

namespace waybill::schemas {
namespace {

std::string labels(std::size_t count, std::size_t octets) {
  std::string name;
  for (std::size_t i = 0; i < count; ++i) name += std::string(octets, 'a') + '.';
  return name;
}

TEST(DomainTest, GivesEveryNameOneForm) {
  const struct {
    std::string_view what;
    std::string_view given;
    std::string_view normal;
  } cases[] = {
      {"plain", "example.org", "example.org"},
      {"capitals", "Mail.EXAMPLE.Org", "mail.example.org"},
      {"absolute", "example.org.", "example.org"},
      {"U-label",
       "b\xC3\xBC"
       "cher.example",
       "xn--bcher-kva.example"},
      {"U-label in capitals",
       "B\xC3\x9C"
       "CHER.example",
       "xn--bcher-kva.example"},
      {"decomposed",
       "bu\xCC\x88"
       "cher.example",
       "xn--bcher-kva.example"},
      {"sharp s is not ss",
       "stra\xC3\x9F"
       "e.example",
       "xn--strae-oqa.example"},
      {"A-label", "xn--bcher-kva.example", "xn--bcher-kva.example"},
      {"A-label not first", "www.XN--bcher-kva.example", "www.xn--bcher-kva.example"},
      {"ideographic full stop", "example\xE3\x80\x82org", "example.org"},
      {"top level U-label", "\xE4\xBE\x8B.\xE6\xB5\x8B\xE8\xAF\x95", "xn--fsq.xn--0zwm56d"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const auto normal = normalise_domain(c.given);
    ASSERT_TRUE(normal);
    EXPECT_EQ(*normal, c.normal);
    EXPECT_EQ(normalise_domain(*normal).value(), c.normal);
  }
}

TEST(DomainTest, RefusesWhatIsNoHostName) {
  for (const std::string_view name : {"",
                                      ".",
                                      "..",
                                      "example..org",
                                      "example.org..",
                                      "-a.example",
                                      "a-.example",
                                      "a_b.example",
                                      "a b.example",
                                      "a/b.example",
                                      "192.0.2.1",
                                      "1",
                                      "[192.0.2.1]",
                                      "xn--.example",
                                      "xn--a.example",
                                      "xn--bcher-KVA-.example",
                                      "b\xFC"
                                      "cher.example",
                                      "\xE2\x84\x80.example",
                                      "\xCC\x88"
                                      "a.example",
                                      "-\xC3\xBC.example",
                                      "a\xE2\x80\xAE.example",
                                      "*.example.org"}) {
    EXPECT_FALSE(normalise_domain(name)) << name;
  }
  EXPECT_FALSE(normalise_domain(std::string_view("a\0b.example", 11)));
}

TEST(DomainTest, HoldsTheLimitsOfLabelsAndOfTheWhole) {
  EXPECT_TRUE(normalise_domain(labels(1, 63) + "example"));
  EXPECT_FALSE(normalise_domain(labels(1, 64) + "example"));
  EXPECT_TRUE(normalise_domain(labels(127, 1) + "a"));
  EXPECT_FALSE(normalise_domain(labels(128, 1) + "a"));
  EXPECT_FALSE(normalise_domain(std::string(100'000, 'a')));
  std::string wide;
  for (int i = 0; i < 60; ++i) wide += "\xE4\xBE\x8B";
  EXPECT_FALSE(normalise_domain(wide + ".example")) << "an A-label of more than 63 octets";
}

}  // namespace
}  // namespace waybill::schemas
