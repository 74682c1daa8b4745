#include "app/dkim/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "relay/trust/dkim/key_record.h"
#include "runtime/clock.h"
#include "tests/support/run_task.h"
#include "tests/support/virtual_clock.h"
#include "tests/support/zone_resolver.h"

namespace waybill::app {
namespace {

using namespace std::chrono_literals;
using relay::trust::dkim::SigningKey;
using runtime::Errc;
using runtime::PrivateKey;
using testing::HasSubstr;

const SigningKey& rsa() {
  static const SigningKey key{"x.test", "r", PrivateKey::make(PrivateKey::Type::rsa)};
  return key;
}
const SigningKey& ed25519() {
  static const SigningKey key{"x.test", "e", PrivateKey::make(PrivateKey::Type::ed25519)};
  return key;
}

class DkimRecordTest : public testing::Test {
 protected:
  runtime::Explained<void> find(const SigningKey& key) {
    return tests::run_task(io_, find_dkim_record(zone_, key, clock_.now() + 5s));
  }
  std::string why(const SigningKey& key) {
    const auto found = find(key);
    return found ? std::string() : found.error().why;
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  tests::ZoneResolver zone_{clock_};
};

TEST_F(DkimRecordTest, TheLineOfAZoneFilePublishesTheKey) {
  for (const SigningKey& key : {rsa(), ed25519()}) {
    const std::string line = dkim_zone_line(key);
    EXPECT_TRUE(line.starts_with(key.selector + "._domainkey.x.test. IN TXT (\n")) << line;
    // What stands between quotes is one string, and strings are one value (RFC 6376 3.6.2.2).
    std::string value;
    for (std::size_t at = line.find('"'); at != std::string::npos; at = line.find('"', at + 1)) {
      const std::size_t end = line.find('"', at + 1);
      EXPECT_LE(end - at - 1, 255u);
      value += line.substr(at + 1, end - at - 1);
      at = end;
    }
    EXPECT_EQ(value, dkim_record_text(key));
    zone_.add_text(key.record_name(), value);
    EXPECT_EQ(why(key), "");
  }
}

TEST_F(DkimRecordTest, ARecordThatFitsNoSignatureIsSaidToBe) {
  EXPECT_EQ(find(rsa()).error(), Errc::not_found);
  EXPECT_EQ(why(rsa()), "r._domainkey.x.test is not in DNS");
  const std::string good = dkim_record_text(ed25519());
  const SigningKey other{"x.test", "e", PrivateKey::make(PrivateKey::Type::ed25519)};
  for (const auto& [text, said] : std::vector<std::pair<std::string, std::string>>{
           {dkim_record_text(other), "the key is another one"},
           {dkim_record_text(rsa()), "of another type"},
           {"v=DKIM1; k=ed25519; p=", "revoked"},
           {good + "; t=y", "test mode"},
           {good + "; h=sha1", "not for this hash"},
           {good + "; s=tlsrpt", "not for mail"},
           {"v=spf1 -all", "no record of a key"}}) {
    zone_.remove("e._domainkey.x.test");
    zone_.add_text("e._domainkey.x.test", text);
    EXPECT_THAT(why(ed25519()), HasSubstr(said)) << text;
    EXPECT_EQ(find(ed25519()).error(), Errc::invalid);
  }
}

TEST_F(DkimRecordTest, OfSeveralRecordsNobodyKnowsWhichCounts) {
  zone_.add_text("e._domainkey.x.test", dkim_record_text(ed25519()));
  zone_.add_text("e._domainkey.x.test", dkim_record_text(rsa()));
  EXPECT_EQ(why(ed25519()), "e._domainkey.x.test has several records in DNS");
}

TEST_F(DkimRecordTest, WhereDnsDoesNotSayNothingIsKnown) {
  zone_.fail("e._domainkey.x.test", Errc::temporary);
  EXPECT_EQ(find(ed25519()).error(), Errc::temporary);
}

}  // namespace
}  // namespace waybill::app
