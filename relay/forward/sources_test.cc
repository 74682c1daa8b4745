#include "relay/forward/sources.h"

#include <gtest/gtest.h>

namespace waybill::relay::forward {
namespace {

using runtime::ip_of;

TEST(SourcesTest, TheDomainsOwnGoesBeforeTheDefaultOfItsFamily) {
  Sources sources;
  sources.by_default = {ip_of("192.0.2.10"), ip_of("2001:db8::10")};
  sources.by_domain["bank.example"] = {ip_of("192.0.2.11"), std::nullopt};
  const struct {
    const char* domain;
    const char* to;
    const char* source;
  } cases[] = {
      {"x.example", "198.51.100.1", "192.0.2.10"},
      {"x.example", "2001:db8:1::1", "2001:db8::10"},
      {"bank.example", "198.51.100.1", "192.0.2.11"},
      {"bank.example", "2001:db8:1::1", "2001:db8::10"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(sources.source_for(one.domain, *ip_of(one.to)), ip_of(one.source))
        << one.domain << " " << one.to;
  }
}

TEST(SourcesTest, AllAreEachOnce) {
  Sources sources;
  sources.by_default = {ip_of("192.0.2.10"), ip_of("2001:db8::10")};
  sources.by_domain["a.example"] = {ip_of("192.0.2.11"), std::nullopt};
  sources.by_domain["b.example"] = {ip_of("192.0.2.11"), ip_of("2001:db8::10")};
  EXPECT_EQ(sources.all(),
            (std::set{*ip_of("192.0.2.10"), *ip_of("192.0.2.11"), *ip_of("2001:db8::10")}));
}

TEST(SourcesTest, WhereNoneIsNamedTheSystemTakesOne) {
  Sources sources;
  sources.by_default.v4 = ip_of("192.0.2.10");
  EXPECT_EQ(sources.source_for("x.example", *ip_of("2001:db8::1")), std::nullopt);
  EXPECT_EQ(kSystemsChoice.source_for("x.example", *ip_of("198.51.100.1")), std::nullopt);
}

}  // namespace
}  // namespace waybill::relay::forward
