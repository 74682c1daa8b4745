#include "runtime/ed25519_point.h"

#include <gtest/gtest.h>

#include "runtime/hex.h"
#include "tests/support/jwt_signer.h"

namespace waybill::runtime {
namespace {

std::string with_sign(std::string octets) {
  octets.back() = static_cast<char>(octets.back() | 0x80);
  return octets;
}

TEST(Ed25519Point, IsEveryKeyThatIsMade) {
  for (int i = 0; i < 20; ++i) {
    const std::string octets = tests::JwtSigner::ed25519().number("x");
    EXPECT_TRUE(is_ed25519_point(octets)) << hex(octets);
  }
  // RFC 8032 7.1, and the base point.
  for (const char* const key :
       {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "5866666666666666666666666666666666666666666666666666666666666666"}) {
    EXPECT_TRUE(is_ed25519_point(*unhex(key))) << key;
  }
}

TEST(Ed25519Point, IsNoPointOfSmallOrder) {
  for (const char* const key :
       {"0100000000000000000000000000000000000000000000000000000000000000",     // 1
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",     // 2
        "0000000000000000000000000000000000000000000000000000000000000000",     // 4
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",     // 8
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"}) {  // 8
    EXPECT_FALSE(is_ed25519_point(*unhex(key))) << key;
    EXPECT_FALSE(is_ed25519_point(with_sign(*unhex(key)))) << key;
  }
}

TEST(Ed25519Point, IsNothingElse) {
  for (const char* const key :
       {// y of 2: no x belongs to it.
        "0200000000000000000000000000000000000000000000000000000000000000",
        // y of p, p + 1 and p + 3: a second text of 0, 1 and 3, of which the last has an x.
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "", "03",
        "030000000000000000000000000000000000000000000000000000000000000000"}) {
    EXPECT_FALSE(is_ed25519_point(*unhex(key))) << key;
  }
  EXPECT_TRUE(
      is_ed25519_point(*unhex("0300000000000000000000000000000000000000000000000000000000000000")));
}

}  // namespace
}  // namespace waybill::runtime
