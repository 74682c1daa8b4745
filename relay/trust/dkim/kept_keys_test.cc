#include "relay/trust/dkim/kept_keys.h"

#include <gtest/gtest.h>

#include "tests/support/dkim_signer.h"

namespace waybill::relay::trust::dkim {
namespace {

TEST(KeptKeys, AKeyIsReadOnce) {
  KeptKeys keys;
  const std::string text = tests::dkim_key_record(tests::DkimKey::rsa);
  const auto first = keys.read(text);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(keys.read(text), first);
  EXPECT_NE(keys.read(text + "; t=y"), first);
  EXPECT_EQ(keys.size(), 2u);
}

TEST(KeptKeys, WhatHoldsNoKeyIsNotKept) {
  KeptKeys keys;
  EXPECT_EQ(keys.read("v=spf1 -all"), nullptr);
  EXPECT_NE(keys.read("p="), nullptr);
  EXPECT_NE(keys.read("p=AAAA"), nullptr);
  EXPECT_EQ(keys.size(), 0u);
}

TEST(KeptKeys, ThereAreSoMany) {
  KeptKeys keys;
  const std::string text = tests::dkim_key_record(tests::DkimKey::ed25519);
  std::shared_ptr<const KeyRecord> last;
  for (std::size_t i = 0; i < kMaxKeptKeys + 5; ++i) {
    last = keys.read(text + "; n=" + std::to_string(i));
    EXPECT_LE(keys.size(), kMaxKeptKeys);
  }
  EXPECT_EQ(keys.size(), 5u);
  EXPECT_TRUE(last->key != nullptr);
}

}  // namespace
}  // namespace waybill::relay::trust::dkim
