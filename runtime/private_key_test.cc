#include "runtime/private_key.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <string>

#include "runtime/public_key.h"

namespace waybill::runtime {
namespace {

std::shared_ptr<const PublicKey> public_of(const PrivateKey& key) {
  switch (key.type()) {
    case PrivateKey::Type::rsa: return PublicKey::rsa(key.public_octets());
    case PrivateKey::Type::ed25519: return PublicKey::ed25519(key.public_octets());
  }
  return nullptr;
}

class PrivateKeyTest : public testing::TestWithParam<PrivateKey::Type> {
 protected:
  const std::shared_ptr<const PrivateKey> key_ = PrivateKey::make(GetParam());
};

TEST_P(PrivateKeyTest, WhatItSignedItsPublicHalfKnows) {
  const auto known_by = public_of(*key_);
  ASSERT_NE(known_by, nullptr);
  const Digest digest = sha256("a letter");
  const std::string signature = key_->sign(digest);
  EXPECT_TRUE(known_by->has_signed(digest, signature));
  EXPECT_FALSE(known_by->has_signed(sha256("another"), signature));
  EXPECT_FALSE(public_of(*PrivateKey::make(GetParam()))->has_signed(digest, signature));
}

TEST_P(PrivateKeyTest, WrittenAndReadItIsTheSame) {
  const std::string pem = key_->pem();
  EXPECT_TRUE(pem.starts_with("-----BEGIN PRIVATE KEY-----\n")) << pem;
  const auto again = PrivateKey::read(pem);
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(again->type(), GetParam());
  EXPECT_EQ(again->bits(), key_->bits());
  EXPECT_EQ(again->public_octets(), key_->public_octets());
  EXPECT_EQ(again->pem(), pem);
}

TEST_P(PrivateKeyTest, TwoAreNeverTheSame) {
  EXPECT_NE(PrivateKey::make(GetParam())->pem(), key_->pem());
}

INSTANTIATE_TEST_SUITE_P(Types, PrivateKeyTest,
                         testing::Values(PrivateKey::Type::rsa, PrivateKey::Type::ed25519));

// Made by `openssl ecparam -name prime256v1 -genkey -noout`, and by `openssl genpkey -algorithm
// ed25519 -aes128 -pass pass:x`.
constexpr char kOfAnotherType[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIFGlxoUniXUOv3+pnELwk0DpSxvQW5ax9XQgQY7yG1h9oAoGCCqGSM49\n"
    "AwEHoUQDQgAEb7NsezkE3ZVC+1Ji+qiPiw4F9t4BIjjc19r6TmaUecFJea/QA1/8\n"
    "zd4ZFKMhjuG65P/VoTYQKxLQd88djwvOcA==\n"
    "-----END EC PRIVATE KEY-----\n";
constexpr char kEncrypted[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgoEaoFh2TQTAICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEDJZaWq1+d72bYh45p0l+bIEQB5a\n"
    "yrfG5FYM1uB2niCCHBPABnBFVq7HjMcopUi3AvO58/ulO6zEXOop/Q3H3jAQ0I0P\n"
    "jq3a+ZuHxchXi3SUPHQ=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

TEST(PrivateKeyFile, WhatIsNoKeyOfOursIsNoneAndLeavesNoError) {
  const std::string pem = PrivateKey::make(PrivateKey::Type::ed25519)->pem();
  for (const std::string& text :
       {std::string(), std::string("-----BEGIN PRIVATE KEY-----\n"), std::string(kOfAnotherType),
        std::string(kEncrypted), pem.substr(0, pem.size() / 2), std::string("\0\r\n", 3),
        std::string(1 << 16, 'A')}) {
    EXPECT_EQ(PrivateKey::read(text), nullptr) << text.substr(0, 200);
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

TEST(PrivateKeyFile, RsaHasTheBitsThatSignersShouldUse) {
  EXPECT_EQ(PrivateKey::make(PrivateKey::Type::rsa)->bits(), kFreshRsaBits);
  EXPECT_EQ(PrivateKey::make(PrivateKey::Type::ed25519)->bits(), 256u);
}

}  // namespace
}  // namespace waybill::runtime
