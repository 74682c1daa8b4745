#include "relay/trust/dkim/key_record.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/support/dkim_signer.h"

namespace waybill::relay::trust::dkim {
namespace {

// 32 octets.
const std::string kEd25519 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

std::string said(const std::string& record, KeyType type, const std::string& identity) {
  const auto key = parse_key_record(record);
  if (!key) return "no record";
  Signature signature;
  signature.domain = "origin.test";
  signature.identity = identity;
  signature.key_type = type;
  const auto fault = unfit(*key, signature);
  return fault ? fault->reason : "fits";
}

TEST(DkimKeyRecord, IsHeldAgainstTheSignature) {
  const std::string same = "@origin.test";
  const std::pair<std::string, std::string> cases[] = {
      {"k=ed25519; p=" + kEd25519, "fits"},
      {"v=DKIM1; k=ed25519; h=sha256; s=*; p=" + kEd25519, "fits"},
      {"v=DKIM1; k=ed25519; s=other:email; p=" + kEd25519, "fits"},
      {"p=" + kEd25519, "the key is of another type"},
      {"k=other; p=" + kEd25519, "the key is of another type"},
      {"k=other; p=", "the key is revoked"},
      {"k=ed25519; p=" + kEd25519.substr(4), "the key is malformed"},
      {"k=ed25519; p=AAAA", "the key is malformed"},
      {"k=ed25519; p=*", "the key is malformed"},
      {"k=ed25519; p=", "the key is revoked"},
      {"k=ed25519; h=sha1; p=" + kEd25519, "the key is not for this hash"},
      {"k=ed25519; s=tlsrpt; p=" + kEd25519, "the key is not for mail"},
      {"k=ed25519; v=DKIM1; p=" + kEd25519, "no record"},
      {"v=dkim1; p=" + kEd25519, "no record"},
      {"k=ed25519", "no record"},
      {"v=spf1 -all", "no record"},
      {"", "no record"},
  };
  for (const auto& [record, expected] : cases) {
    EXPECT_EQ(said(record, KeyType::ed25519, same), expected) << record;
  }
}

TEST(DkimKeyRecord, ItsOwnerMayForbidSubdomains) {
  const std::string record = "k=ed25519; t=y:s; p=" + kEd25519;
  EXPECT_EQ(said(record, KeyType::ed25519, "ann@Origin.test"), "fits");
  EXPECT_EQ(said(record, KeyType::ed25519, "ann@sub.origin.test"),
            "the key is not for a subdomain in i=");
  EXPECT_TRUE(parse_key_record(record)->has_flag("y"));
}

TEST(DkimKeyRecord, AKeyIsReadyForUseUnlessItIsOfNoUse) {
  const std::string good = tests::dkim_key_record(tests::DkimKey::rsa);
  const auto record = parse_key_record(good);
  ASSERT_TRUE(record && record->key != nullptr);
  EXPECT_EQ(record->key->bits(), 2048u);
  EXPECT_EQ(said(good, KeyType::rsa, "@origin.test"), "fits");
  const std::string shorter = tests::dkim_key_record(tests::DkimKey::rsa_768);
  EXPECT_EQ(said(shorter, KeyType::rsa, "@origin.test"), "the RSA key is too short");
  EXPECT_EQ(parse_key_record(shorter)->key, nullptr);
  EXPECT_EQ(said("p=" + std::string(kMaxKeyRecord, 'A'), KeyType::rsa, "@origin.test"),
            "the key is too long");
}

}  // namespace
}  // namespace waybill::relay::trust::dkim
