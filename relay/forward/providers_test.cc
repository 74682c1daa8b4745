#include "relay/forward/providers.h"

#include <gtest/gtest.h>

namespace waybill::relay::forward {
namespace {

using std::chrono::seconds;

constexpr runtime::Instant kBegin{seconds(1000)};

Providers two() {
  return {{"large", {{"large.example", "also-large.example"}, 60}},
          {"free", {{"free.example"}, 0}}};
}

TEST(ProvidersTest, AServerIsOfTheProviderWhoseDomainItIsIn) {
  const Providers providers = known_providers();
  EXPECT_EQ(provider_of(providers, "alt1.gmail-smtp-in.l.google.com"), "google");
  EXPECT_EQ(provider_of(providers, "Example-Org.mail.protection.OUTLOOK.com."), "microsoft");
  EXPECT_EQ(provider_of(providers, "mta5.am0.yahoodns.net"), "yahoo");
  EXPECT_EQ(provider_of(providers, "google.com"), "google");
  EXPECT_EQ(provider_of(providers, "notgoogle.com"), "");
  EXPECT_EQ(provider_of(providers, "google.com.example"), "");
  EXPECT_EQ(provider_of(providers, "[192.0.2.1]"), "");
  EXPECT_EQ(provider_of(providers, ""), "");
}

TEST(ProvidersTest, TenSecondsWorthGoesAtOnceAndThenAsTheRateAllows) {
  const Providers providers = two();
  ProviderRates rates(providers);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(rates.take("mx.large.example", kBegin)) << i;
  // One account for all servers of a provider.
  EXPECT_FALSE(rates.take("mx.also-large.example", kBegin));
  EXPECT_FALSE(rates.take("mx.large.example", kBegin + std::chrono::milliseconds(900)));
  EXPECT_TRUE(rates.take("mx.large.example", kBegin + seconds(1)));
  EXPECT_FALSE(rates.take("mx.large.example", kBegin + seconds(1)));
  // What was put off does not count.
  int taken = 0;
  for (int i = 0; i < 100; ++i) taken += rates.take("mx.large.example", kBegin + seconds(60));
  EXPECT_EQ(taken, 10);
}

TEST(ProvidersTest, WhatWasNotSentIsGivenBack) {
  const Providers providers = two();
  ProviderRates rates(providers);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(rates.take("mx.large.example", kBegin));
  rates.give_back("mx.also-large.example", kBegin, kBegin);
  rates.give_back("mx.small.example", kBegin, kBegin);
  EXPECT_TRUE(rates.take("mx.large.example", kBegin));
  EXPECT_FALSE(rates.take("mx.large.example", kBegin));
}

// Else who holds transactions and drops them could have more sent at once than the burst.
TEST(ProvidersTest, WhatHasRunOutMeanwhileIsNotGivenBackAgain) {
  const Providers providers = two();
  ProviderRates rates(providers);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(rates.take("mx.large.example", kBegin));
  const runtime::Instant later = kBegin + seconds(10);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(rates.take("mx.large.example", later));
  for (int i = 0; i < 10; ++i) rates.give_back("mx.large.example", kBegin, later);
  EXPECT_FALSE(rates.take("mx.large.example", later));
}

TEST(ProvidersTest, OthersAreSentAsManyAsCome) {
  const Providers providers = two();
  ProviderRates rates(providers);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(rates.take("mx.free.example", kBegin));
    EXPECT_TRUE(rates.take("mx.small.example", kBegin));
  }
}

TEST(ProvidersTest, ARateBelowOneInTenSecondsLetsOneGo) {
  const Providers providers = {{"slow", {{"slow.example"}, 1}}};
  ProviderRates rates(providers);
  EXPECT_TRUE(rates.take("slow.example", kBegin));
  EXPECT_FALSE(rates.take("slow.example", kBegin + seconds(59)));
  EXPECT_TRUE(rates.take("slow.example", kBegin + seconds(60)));
}

}  // namespace
}  // namespace waybill::relay::forward
