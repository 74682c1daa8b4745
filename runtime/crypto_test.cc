#include "runtime/crypto.h"

#include <gtest/gtest.h>

#include "runtime/hex.h"

namespace waybill::runtime {
namespace {

struct DigestCase {
  std::string bytes;
  std::string_view digest;
};

// FIPS 180-4's examples: one block, two blocks, many.
const DigestCase kDigests[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {std::string(1'000'000, 'a'),
     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

TEST(CryptoTest, Sha256GivesThePublishedDigests) {
  for (const DigestCase& c : kDigests) EXPECT_EQ(hex(sha256(c.bytes)), c.digest);
}

TEST(CryptoTest, AStreamInAnyPiecesGivesTheDigestOfTheWhole) {
  const std::string& whole = kDigests[2].bytes;
  for (std::size_t piece = 1; piece <= whole.size(); ++piece) {
    Sha256 stream;
    for (std::size_t at = 0; at < whole.size(); at += piece) {
      stream.update(std::string_view(whole).substr(at, piece));
    }
    EXPECT_EQ(hex(stream.finish()), kDigests[2].digest) << piece;
  }
}

TEST(CryptoTest, AMovedStreamGoesOn) {
  Sha256 stream;
  stream.update("a");
  Sha256 moved(std::move(stream));
  moved.update("bc");
  EXPECT_EQ(hex(moved.finish()), kDigests[1].digest);
}

struct MacCase {
  std::string key;
  std::string bytes;
  std::string_view mac;
};

// RFC 4231 4.2, 4.3, 4.4, 4.7, 4.8
const MacCase kMacs[] = {
    {std::string(20, '\x0b'), "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"Jefe", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {std::string(20, '\xaa'), std::string(50, '\xdd'),
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {std::string(131, '\xaa'),
     "This is a test using a larger than block-size key and a larger than block-size data. The key "
     "needs to be hashed before being used by the HMAC algorithm.",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

TEST(CryptoTest, HmacGivesThePublishedCodes) {
  for (const MacCase& c : kMacs) EXPECT_EQ(hex(hmac_sha256(c.key, c.bytes)), c.mac);
}

TEST(CryptoTest, ComparesWholeStringsOctetByOctet) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_in_constant_time("secret", "Secret"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secre"));
  EXPECT_FALSE(equal_in_constant_time("a\0b", std::string_view("a\0b", 3)));
}

TEST(CryptoTest, HexIsLowerCaseWithLeadingZeros) {
  const std::uint8_t octets[] = {0x00, 0x0f, 0xa0, 0xff};
  EXPECT_EQ(hex(octets), "000fa0ff");
}

}  // namespace
}  // namespace waybill::runtime
