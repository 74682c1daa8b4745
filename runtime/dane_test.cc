#include "runtime/dane.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <fstream>
#include <memory>

#include "runtime/tls_engine.h"
#include "tests/support/test_authority.h"

namespace waybill::runtime {
namespace {

using Step = TlsEngine::Step;
using tests::TestAuthority;
using Validity = TestAuthority::Validity;

std::shared_ptr<X509> certificate_in(const std::string& path) {
  const std::shared_ptr<std::FILE> file(std::fopen(path.c_str(), "r"), std::fclose);
  return {PEM_read_X509(file.get(), nullptr, nullptr, nullptr), X509_free};
}

// The record that is published of the first certificate in the file.
Tlsa tlsa(int usage, int selector, int matching, const std::string& path) {
  const auto certificate = certificate_in(path);
  unsigned char* der = nullptr;
  const int size = selector == 0 ? i2d_X509(certificate.get(), &der)
                                 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
  std::string data(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  if (matching != 0) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_Digest(data.data(), data.size(), digest, &length,
               matching == 1 ? EVP_sha256() : EVP_sha512(), nullptr);
    data.assign(reinterpret_cast<const char*>(digest), length);
  }
  return {static_cast<std::uint8_t>(usage), static_cast<std::uint8_t>(selector),
          static_cast<std::uint8_t>(matching), data};
}

TEST(DaneTest, UsesTheRecordsThatMeanSomethingToSmtp) {
  TestAuthority authority("ours");
  const std::string file = authority.issue("DNS:mx.test").chain_file;
  for (const int usage : {2, 3}) {
    for (const int selector : {0, 1}) {
      for (const int matching : {0, 1, 2}) {
        EXPECT_TRUE(is_usable(tlsa(usage, selector, matching, file)))
            << usage << selector << matching;
      }
    }
  }
  const std::string digest(32, 'x');
  const struct {
    const char* why;
    Tlsa record;
  } cases[] = {
      {"PKIX-TA (RFC 7672 3.1.3)", {0, 1, 1, digest}},
      {"PKIX-EE (RFC 7672 3.1.3)", {1, 1, 1, digest}},
      {"a usage of nobody's", {4, 1, 1, digest}},
      {"private use", {255, 1, 1, digest}},
      {"a selector of nobody's", {3, 2, 1, digest}},
      {"a matching type of nobody's", {3, 1, 3, digest}},
      {"a digest too short", {3, 1, 1, std::string(31, 'x')}},
      {"a digest of the other type", {3, 1, 2, digest}},
      {"no certificate", {3, 0, 0, digest}},
      {"no key", {3, 1, 0, digest}},
      {"a key for a certificate", {3, 0, 0, tlsa(3, 1, 0, file).data}},
      {"more than a certificate", {3, 0, 0, tlsa(3, 0, 0, file).data + "x"}},
  };
  for (const auto& c : cases) EXPECT_FALSE(is_usable(c.record)) << c.why;
  EXPECT_FALSE(any_usable({{"mx.test"}, {cases[0].record, cases[1].record}}));
  EXPECT_TRUE(any_usable({{"mx.test"}, {cases[0].record, {3, 1, 1, digest}}}));
}

// What a client that has the records learns of a server with that certificate.
struct Met {
  Step step = Step::wants_input;
  TlsFacts facts;
  std::string why;
};

Met meet(const TestAuthority::Issued& issued, const Dane& dane) {
  TlsEngine server(*TlsContext::server(issued.chain_file, issued.key_file));
  TlsEngine client(TlsContext::client_by_dane(), dane);
  Met out;
  for (int flight = 0; flight < 4 && out.step == Step::wants_input; ++flight) {
    out.step = client.handshake();
    server.feed(client.output());
    server.handshake();
    client.feed(server.output());
  }
  out.why = client.why();
  if (out.step == Step::done) out.facts = client.facts();
  return out;
}

class DaneEngineTest : public testing::Test {
 protected:
  // Its authority's certificate stands behind it, as RFC 7672 3.1.2 asks for.
  TestAuthority::Issued issue(const std::string& names, Validity validity = Validity::today) {
    const auto issued = authority_.issue(names, validity);
    std::ifstream ca(authority_.ca_file());
    std::ofstream(issued.chain_file, std::ios::app) << ca.rdbuf();
    return issued;
  }
  Tlsa of_authority(int selector, int matching) {
    return tlsa(2, selector, matching, authority_.ca_file());
  }

  TestAuthority authority_{"ours"};
};

TEST_F(DaneEngineTest, TrustsACertificateThatDnsNames) {
  const auto issued = issue("DNS:mx.test");
  for (const int selector : {0, 1}) {
    for (const int matching : {0, 1, 2}) {
      const Dane ee{{"base.test"}, {tlsa(3, selector, matching, issued.chain_file)}};
      const Met by_itself = meet(issued, ee);
      EXPECT_EQ(by_itself.step, Step::done) << selector << matching << by_itself.why;
      EXPECT_EQ(by_itself.facts.verified_name, "base.test");
      EXPECT_EQ(by_itself.facts.verified_by, "dane-ee");
      const Dane ta{{"base.test", "mx.test"}, {of_authority(selector, matching)}};
      const Met by_authority = meet(issued, ta);
      EXPECT_EQ(by_authority.step, Step::done) << selector << matching << by_authority.why;
      EXPECT_EQ(by_authority.facts.verified_name, "mx.test");
      EXPECT_EQ(by_authority.facts.verified_by, "dane-ta");
    }
  }
}

// RFC 7672 3.1.1: neither its names nor its time count. RFC 7672 3.1.2: of an authority they do.
TEST_F(DaneEngineTest, OfAnAuthorityACertificateHasNamesAndATimeByItselfItHasNone) {
  const auto ended = issue("DNS:mx.test", Validity::ended);
  const auto other = issue("DNS:other.test");
  for (const auto& issued : {ended, other}) {
    const Dane ee{{"mx.test"}, {tlsa(3, 1, 1, issued.chain_file)}};
    EXPECT_EQ(meet(issued, ee).step, Step::done) << meet(issued, ee).why;
    EXPECT_EQ(meet(issued, {{"mx.test"}, {of_authority(1, 1)}}).step, Step::untrusted);
  }
  const Met by_wildcard = meet(issue("DNS:*.d.test"), {{"mx.d.test"}, {of_authority(1, 1)}});
  EXPECT_EQ(by_wildcard.step, Step::done) << by_wildcard.why;
}

TEST_F(DaneEngineTest, TrustsNobodyElse) {
  const auto issued = issue("DNS:mx.test");
  const std::string wrong(32, 'x');
  const struct {
    const char* why;
    std::vector<Tlsa> records;
  } cases[] = {
      {"another key", {{3, 1, 1, wrong}}},
      {"another authority", {{2, 1, 1, wrong}}},
      {"the authority as the server itself", {tlsa(3, 1, 1, authority_.ca_file())}},
      {"what cannot be used, though it is right",
       {tlsa(1, 1, 1, issued.chain_file), {3, 1, 1, wrong}}},
  };
  for (const auto& c : cases) {
    const Met met = meet(issued, {{"mx.test"}, c.records});
    EXPECT_EQ(met.step, Step::untrusted) << c.why;
    EXPECT_NE(met.why, "") << c.why;
  }
  EXPECT_EQ(meet(issued, {{"mx.test"}, {}}).step, Step::untrusted) << "no record";
  EXPECT_EQ(meet(issued, {{"mx.test"}, {tlsa(1, 1, 1, issued.chain_file)}}).step, Step::untrusted);
  const Dane odd{{"mx.test", "192.0.2.1", "2001:db8::1", ""}, {of_authority(1, 1)}};
  EXPECT_EQ(meet(issued, odd).step, Step::done) << "names that are none do no harm";
  // RFC 7671 8: a record of the key to come does no harm to that of the key of now.
  const Dane rolling{{"mx.test"}, {{3, 1, 1, wrong}, tlsa(3, 1, 1, issued.chain_file)}};
  EXPECT_EQ(meet(issued, rolling).step, Step::done);
}

// RFC 7672 8.1: a server of many names shows the certificate of the base domain.
TEST_F(DaneEngineTest, TellsTheServerTheBaseDomain) {
  const auto first = issue("DNS:first.test");
  const auto second = issue("DNS:second.test");
  const auto context = TlsContext::server(
      {{first.chain_file, first.key_file}, {second.chain_file, second.key_file}});
  ASSERT_TRUE(context) << context.error().why;
  TlsEngine server(*context);
  TlsEngine client(TlsContext::client_by_dane(),
                   Dane{{"second.test", "first.test"}, {tlsa(3, 1, 1, second.chain_file)}});
  Step step = Step::wants_input;
  for (int flight = 0; flight < 4 && step == Step::wants_input; ++flight) {
    step = client.handshake();
    server.feed(client.output());
    server.handshake();
    client.feed(server.output());
  }
  EXPECT_EQ(step, Step::done) << client.why();
}

}  // namespace
}  // namespace waybill::runtime
