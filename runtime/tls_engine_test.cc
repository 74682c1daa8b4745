#include "runtime/tls_engine.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstdio>
#include <fstream>
#include <memory>

#include "runtime/self_signed.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_authority.h"

namespace waybill::runtime {
namespace {

using Step = TlsEngine::Step;
using tests::TestAuthority;

TlsContext server_context(const TestAuthority::Issued& issued) {
  auto context = TlsContext::server(issued.chain_file, issued.key_file);
  EXPECT_TRUE(context) << context.error().why;
  return context.value();
}

TlsContext client_context(const TestAuthority& authority) {
  auto context = TlsContext::client(authority.ca_file());
  EXPECT_TRUE(context) << context.error().why;
  return context.value();
}

// What one end has for the other, `size` octets at a time.
void carry(TlsEngine& from, TlsEngine& to, std::size_t size) {
  const std::string octets = from.output();
  for (std::size_t at = 0; at < octets.size(); at += size) to.feed(octets.substr(at, size));
}

struct Ended {
  Step client = Step::wants_input;
  Step server = Step::wants_input;
};

// Both ends, until neither has anything to say.
Ended shake_hands(TlsEngine& client, TlsEngine& server) {
  Ended out;
  for (int flight = 0; flight < 4; ++flight) {
    if (out.client == Step::wants_input) out.client = client.handshake();
    carry(client, server, std::string::npos);
    if (out.server == Step::wants_input) out.server = server.handshake();
    carry(server, client, std::string::npos);
  }
  return out;
}

// What the client learns of the server that it asks for `host`.
TlsFacts facts_of(const TlsContext& server_end, const TlsContext& client_end,
                  const std::string& host) {
  TlsEngine server(server_end);
  TlsEngine client(client_end, host);
  const Ended ended = shake_hands(client, server);
  EXPECT_EQ(ended.client, Step::done) << client.why();
  EXPECT_EQ(server.facts().cipher, client.facts().cipher);
  EXPECT_EQ(server.facts().verified_name, "");
  return client.facts();
}

TEST(TlsEngineTest, FactsSayHowItIsProtectedAndWhetherTheNameIsTrusted) {
  TestAuthority authority("ours");
  const TlsContext server = server_context(authority.issue("DNS:node-1.test"));
  const auto anybody = TlsContext::client_of_anybody(authority.ca_file());
  ASSERT_TRUE(anybody) << anybody.error().why;
  const TlsFacts trusted = facts_of(server, *anybody, "node-1.test");
  EXPECT_EQ(trusted.version, "TLSv1.3");
  EXPECT_TRUE(trusted.cipher.starts_with("TLS_")) << trusted.cipher;
  EXPECT_EQ(trusted.verified_name, "node-1.test");
  EXPECT_EQ(facts_of(server, *anybody, "node-2.test").verified_name, "") << "another name";
  const TestAuthority theirs("theirs");
  const auto of_theirs = TlsContext::client_of_anybody(theirs.ca_file());
  EXPECT_EQ(facts_of(server, *of_theirs, "node-1.test").verified_name, "") << "nobody we trust";
}

TEST(TlsEngineTest, AServerOfSeveralNamesShowsTheCertificateThatIsAskedFor) {
  TestAuthority authority("ours");
  const auto one = authority.issue("DNS:one.test");
  const auto two = authority.issue("DNS:two.test,DNS:*.more.test");
  const auto server =
      TlsContext::server({{one.chain_file, one.key_file}, {two.chain_file, two.key_file}});
  ASSERT_TRUE(server) << server.error().why;
  for (const std::string name : {"one.test", "two.test", "a.more.test"}) {
    EXPECT_EQ(facts_of(*server, client_context(authority), name).verified_name,
              name == "a.more.test" ? "*.more.test" : name);
  }
  TlsEngine server_end(*server);
  TlsEngine client(client_context(authority), "three.test");
  EXPECT_EQ(shake_hands(client, server_end).client, Step::untrusted) << "the first one is shown";
}

TEST(TlsEngineTest, AClientShowsTheCertificateThatItIsGiven) {
  TestAuthority authority("ours");
  const TlsContext server = server_context(authority.issue("DNS:node-1.test"));
  SSL_CTX_set_verify(server.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  ASSERT_EQ(SSL_CTX_load_verify_file(server.get(), authority.ca_file().c_str()), 1);
  const auto shown = authority.issue("DNS:relay.test");
  const auto known = TlsContext::client(authority.ca_file(), {shown.chain_file, shown.key_file});
  ASSERT_TRUE(known) << known.error().why;
  TlsEngine server_end(server);
  TlsEngine client(*known, "node-1.test");
  EXPECT_EQ(shake_hands(client, server_end).server, Step::done) << server_end.why();
  TlsEngine another_server_end(server);
  TlsEngine nobody(client_context(authority), "node-1.test");
  EXPECT_EQ(shake_hands(nobody, another_server_end).server, Step::failed);
  const auto no_key = TlsContext::client(authority.ca_file(), {shown.chain_file, "no_key"});
  EXPECT_NE(no_key.error().why.find("no_key"), std::string::npos);
}

TEST(TlsEngineTest, ACertificateOfOurOwnMakingIsOne) {
  const SelfSigned made = make_self_signed("mx.example.org", std::chrono::system_clock::now());
  const tests::TemporaryDirectory folder;
  std::ofstream(folder.path("chain")) << made.chain;
  std::ofstream(folder.path("key")) << made.key;
  const auto server = TlsContext::server(folder.path("chain"), folder.path("key"));
  ASSERT_TRUE(server) << server.error().why;
  // Who trusts it finds the name in it.
  EXPECT_EQ(facts_of(*server, TlsContext::client(folder.path("chain")).value(), "mx.example.org")
                .verified_name,
            "mx.example.org");
  const std::string longest(200, 'x');
  EXPECT_FALSE(make_self_signed(longest, std::chrono::system_clock::now()).chain.empty());
}

TEST(TlsEngineTest, OctetsOneAtATimeAreAHandshakeAndWords) {
  TestAuthority authority("ours");
  TlsEngine server(server_context(authority.issue("DNS:node-1.test")));
  TlsEngine client(client_context(authority), "node-1.test");
  Step greeted = client.handshake();
  Step answered = Step::wants_input;
  while (greeted != Step::done || answered != Step::done) {
    const std::string there = client.output();
    for (const char octet : there) {
      server.feed(std::string_view(&octet, 1));
      if (answered == Step::wants_input) answered = server.handshake();
    }
    const std::string back = server.output();
    ASSERT_FALSE(there.empty() && back.empty()) << "both wait for the other";
    for (const char octet : back) {
      client.feed(std::string_view(&octet, 1));
      if (greeted == Step::wants_input) greeted = client.handshake();
    }
  }
  EXPECT_EQ(client.write("hello"), Step::done);
  std::string heard(16, '\0');
  std::size_t count = 0;
  const std::string sealed = client.output();
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    EXPECT_EQ(server.read(heard, count), Step::wants_input) << at;
    EXPECT_EQ(server.holds_input(), at > 0) << at;
    server.feed(sealed.substr(at, 1));
  }
  EXPECT_TRUE(server.holds_input());
  EXPECT_EQ(server.read(heard, count), Step::done);
  EXPECT_EQ(heard.substr(0, count), "hello");
  EXPECT_FALSE(server.holds_input());
}

struct PeerCase {
  std::string_view name;
  std::string names;  // in the certificate
  std::string host;   // asked for
  Step client;
};

const PeerCase kPeers[] = {
    {"the name", "DNS:node-1.test", "node-1.test", Step::done},
    {"one of the names", "DNS:a.test,DNS:node-1.test", "NODE-1.test", Step::done},
    {"a name by wildcard", "DNS:*.nodes.test", "node-1.nodes.test", Step::done},
    {"another name", "DNS:node-2.test", "node-1.test", Step::untrusted},
    {"a name that begins so", "DNS:node-1.test", "node-1.test.evil.test", Step::untrusted},
    {"half a wildcard", "DNS:node*.nodes.test", "node1.nodes.test", Step::untrusted},
    {"the address", "IP:127.0.0.1", "127.0.0.1", Step::done},
    {"the address, version 6", "IP:::1", "::1", Step::done},
    {"another address", "IP:127.0.0.2", "127.0.0.1", Step::untrusted},
    {"an address as a name", "DNS:127.0.0.1", "127.0.0.1", Step::untrusted},
    {"an address for a name", "IP:127.0.0.1", "localhost", Step::untrusted},
};

TEST(TlsEngineTest, AClientTrustsTheHostItAskedForAlone) {
  TestAuthority authority("ours");
  for (const PeerCase& c : kPeers) {
    TlsEngine server(server_context(authority.issue(c.names)));
    TlsEngine client(client_context(authority), c.host);
    const Ended ended = shake_hands(client, server);
    EXPECT_EQ(ended.client, c.client) << c.name << ": " << client.why();
    const Step there = c.client == Step::done ? Step::done : Step::refused;
    EXPECT_EQ(ended.server, there) << c.name << ": the server hears of it";
  }
}

TEST(TlsEngineTest, ACertificateOfAnotherAuthorityOrOfYesterdayIsNotTrusted) {
  TestAuthority ours("ours");
  TestAuthority theirs("theirs");
  const auto foreign = theirs.issue("DNS:node-1.test");
  const auto ended = ours.issue("DNS:node-1.test", TestAuthority::Validity::ended);
  for (const auto& issued : {foreign, ended}) {
    TlsEngine server(server_context(issued));
    TlsEngine client(client_context(ours), "node-1.test");
    EXPECT_EQ(shake_hands(client, server).client, Step::untrusted);
    EXPECT_NE(client.why(), "");
  }
}

TEST(TlsEngineTest, TheSystemTrustsNoAuthorityOfOurs) {
  TestAuthority authority("ours");
  const auto system = TlsContext::client("");
  ASSERT_TRUE(system) << system.error().why;
  TlsEngine server(server_context(authority.issue("DNS:node-1.test")));
  TlsEngine client(*system, "node-1.test");
  EXPECT_EQ(shake_hands(client, server).client, Step::untrusted);
}

TEST(TlsEngineTest, WhatIsNotTlsFails) {
  TestAuthority authority("ours");
  TlsEngine server(server_context(authority.issue("DNS:node-1.test")));
  server.feed("GET / HTTP/1.1\r\nHost: node-1.test\r\n\r\n");
  EXPECT_EQ(server.handshake(), Step::failed);
  EXPECT_EQ(server.why(), "http request");
  TlsEngine client(client_context(authority), "node-1.test");
  EXPECT_EQ(client.handshake(), Step::wants_input);
  client.feed("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_EQ(client.handshake(), Step::failed);
}

TEST(TlsEngineTest, AnAlteredRecordFails) {
  TestAuthority authority("ours");
  TlsEngine server(server_context(authority.issue("DNS:node-1.test")));
  TlsEngine client(client_context(authority), "node-1.test");
  ASSERT_EQ(shake_hands(client, server).server, Step::done);
  ASSERT_EQ(client.write("pay 10"), Step::done);
  std::string sealed = client.output();
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  server.feed(sealed);
  std::string heard(16, '\0');
  std::size_t count = 0;
  EXPECT_EQ(server.read(heard, count), Step::failed);
  EXPECT_TRUE(server.has_output()) << "the alert";
}

class TlsFilesTest : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    const std::string path = authority_.folder() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  // Refused, with words that begin with the file's name and end with the cause.
  static void expect_invalid(const Explained<TlsContext>& made, const std::string& begin,
                             const std::string& end) {
    const Failure failure = made.error();
    EXPECT_EQ(failure, Errc::invalid);
    EXPECT_EQ(failure.why.find(begin), 0u) << failure.why;
    EXPECT_NE(failure.why.find(end, begin.size()), std::string::npos) << failure.why;
  }

  TestAuthority authority_{"ours"};
  TestAuthority::Issued issued_ = authority_.issue("DNS:node-1.test");
};

TEST_F(TlsFilesTest, AFileThatIsNotThereIsNamed) {
  const std::string none = authority_.folder() + "/none";
  expect_invalid(TlsContext::server(none, issued_.key_file), none, "No such file");
  expect_invalid(TlsContext::server(issued_.chain_file, none), none, "No such file");
  expect_invalid(TlsContext::client(none), none, "No such file");
}

TEST_F(TlsFilesTest, AFileOfSomethingElseIsNamed) {
  const std::string words = file("words", "hello\n");
  expect_invalid(TlsContext::server(words, issued_.key_file), words, "no start line");
  expect_invalid(TlsContext::server(issued_.chain_file, issued_.chain_file), issued_.chain_file,
                 "no unencrypted private key");
  expect_invalid(TlsContext::client(issued_.key_file), issued_.key_file, "no certificate");
}

TEST_F(TlsFilesTest, AKeyOfAnotherCertificateIsNamed) {
  const auto other = authority_.issue("DNS:node-2.test");
  expect_invalid(TlsContext::server(issued_.chain_file, other.key_file), other.key_file,
                 "key values mismatch");
}

TEST_F(TlsFilesTest, AnEncryptedKeyAsksNobody) {
  const std::string key = authority_.folder() + "/encrypted.key";
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> plain(EVP_EC_gen("P-256"), EVP_PKEY_free);
  std::FILE* const out = std::fopen(key.c_str(), "w");
  ASSERT_NE(out, nullptr);
  const int wrote =
      PEM_write_PKCS8PrivateKey(out, plain.get(), EVP_aes_256_cbc(), "word", 4, nullptr, nullptr);
  ASSERT_EQ(std::fclose(out) + wrote, 1);
  // What OpenSSL says of a callback that gives none.
  expect_invalid(TlsContext::server(issued_.chain_file, key), key, "interrupted or cancelled");
}

}  // namespace
}  // namespace waybill::runtime
