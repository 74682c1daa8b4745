#include "runtime/certificate.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "tests/support/test_authority.h"

namespace waybill::runtime {
namespace {

using namespace std::chrono_literals;
using tests::TestAuthority;

class CertificateTest : public testing::Test {
 protected:
  static std::string text_of(const std::string& file) {
    std::stringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
  }
  std::string file_with(const std::string& text) {
    const std::string file = authority_.folder() + "/made.pem";
    std::ofstream(file) << text;
    return file;
  }

  TestAuthority authority_{"Certificate Test"};
  const WallTime now_ = AsioClock().wall();
};

TEST_F(CertificateTest, SaysHowLongACertificateHolds) {
  const auto validity = certificate_validity(authority_.issue("DNS:a.test").chain_file);
  ASSERT_TRUE(validity) << validity.error().why;
  EXPECT_LE(validity->from, now_);
  EXPECT_GT(validity->to, now_ + 1h);
  EXPECT_LT(validity->to, now_ + 48h);
}

TEST_F(CertificateTest, AChainHoldsNoLongerThanItsShortestLink) {
  const auto good = authority_.issue("DNS:a.test");
  const auto ended = authority_.issue("DNS:b.test", TestAuthority::Validity::ended);
  for (const bool ended_first : {true, false}) {
    const std::string one = text_of(ended_first ? ended.chain_file : good.chain_file);
    const std::string other = text_of(ended_first ? good.chain_file : ended.chain_file);
    const auto validity = certificate_validity(file_with(one + other));
    ASSERT_TRUE(validity) << validity.error().why;
    EXPECT_LT(validity->to, now_);
  }
}

TEST_F(CertificateTest, AFileWithoutCertificateIsNamedWithTheCause) {
  const auto none = certificate_validity(authority_.issue("DNS:a.test").key_file);
  EXPECT_EQ(none.error(), Errc::invalid);
  EXPECT_NE(none.error().why.find("no certificate in PEM"), std::string::npos) << none.error().why;
  const auto gone = certificate_validity(authority_.folder() + "/gone.pem");
  EXPECT_EQ(gone.error(), Errc::not_found);
  EXPECT_NE(gone.error().why.find("gone.pem: No such file"), std::string::npos) << gone.error().why;
}

TEST_F(CertificateTest, ADamagedCertificateBehindAGoodOneIsNotOverlooked) {
  const std::string good = text_of(authority_.issue("DNS:a.test").chain_file);
  std::string cut = good;
  cut.erase(cut.find('\n') + 20, 40);
  const auto damaged = certificate_validity(file_with(good + cut));
  EXPECT_EQ(damaged.error(), Errc::invalid);
  EXPECT_NE(damaged.error().why.find("damaged"), std::string::npos) << damaged.error().why;
}

}  // namespace
}  // namespace waybill::runtime
