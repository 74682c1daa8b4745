#include "relay/smtp/sasl_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/smtp/client_core.h"
#include "runtime/base64.h"

namespace waybill::relay::smtp {
namespace {

using testing::ElementsAre;

const Credentials kTim{"tim", "tanstaaftanstaaf"};

// What the client says until the server has asked `challenges` times.
std::vector<std::string> said(Mechanism mechanism, int challenges, const Credentials& by = kTim) {
  SaslClient client(mechanism, by, "mx.test", 587);
  std::vector<std::string> out{client.begin()};
  for (int i = 0; i < challenges; ++i) out.push_back(client.answer(""));
  return out;
}

TEST(SaslClientTest, SpeaksEachMechanismAsItsStandardHasIt) {
  // RFC 4616 4, RFC 4954 4.1.
  EXPECT_THAT(said(Mechanism::plain, 0),
              ElementsAre("AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n"));
  EXPECT_THAT(said(Mechanism::login, 2),
              ElementsAre("AUTH LOGIN\r\n", "dGlt\r\n", "dGFuc3RhYWZ0YW5zdGFhZg==\r\n"));
  // RFC 7628 4.1, with another host and port.
  const Credentials user{"user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="};
  EXPECT_THAT(said(Mechanism::oauthbearer, 0, user),
              ElementsAre("AUTH OAUTHBEARER " +
                          runtime::encode_base64("n,a=user@example.com,\x01host=mx.test\x01port=587"
                                                 "\x01"
                                                 "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdml"
                                                 "zdGEuY29tCg==\x01\x01") +
                          "\r\n"));
  // The example of Google's description of XOAUTH2.
  const Credentials someuser{"someuser@example.com",
                             "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"};
  EXPECT_THAT(
      said(Mechanism::xoauth2, 0, someuser),
      ElementsAre("AUTH XOAUTH2 "
                  "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNS"
                  "bGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==\r\n"));
}

TEST(SaslClientTest, ACommaOrEqualsSignInAUserIsEscapedForOauthbearer) {
  SaslClient client(Mechanism::oauthbearer, {"a,b=c", "token"}, "h", 25);
  EXPECT_EQ(client.begin(), "AUTH OAUTHBEARER " +
                                runtime::encode_base64("n,a=a=2Cb=3Dc,\x01host=h\x01port=25\x01"
                                                       "auth=Bearer token"
                                                       "\x01\x01") +
                                "\r\n");
}

// RFC 4954 4: the command stays within 512 octets.
TEST(SaslClientTest, AFirstAnswerThatIsTooLongForTheCommandWaitsForTheChallenge) {
  std::size_t at_once = 0;
  for (std::size_t size = 300; size < 450; ++size) {
    const auto lines = said(Mechanism::plain, 1, {"tim", std::string(size, 'x')});
    EXPECT_LE(lines[0].size(), 512u);
    if (lines[0] == "AUTH PLAIN\r\n") {
      EXPECT_EQ(lines[1].find("AHRpbQB4"), 0u);
    } else {
      EXPECT_EQ(lines[1], "*\r\n");
      at_once = size;
    }
  }
  // "AUTH PLAIN " and CRLF leave 499: 496 in whole quarters, of 372 octets, 5 of them not secret.
  EXPECT_EQ(at_once, 367u);
}

TEST(SaslClientTest, WhatIsAskedBeyondTheMechanismIsCancelledOnce) {
  EXPECT_THAT(said(Mechanism::plain, 1), ElementsAre(testing::_, "*\r\n"));
  EXPECT_THAT(said(Mechanism::login, 3), ElementsAre(testing::_, testing::_, testing::_, "*\r\n"));
  // RFC 7628 3.2.3: the server has said why, and wants to hear that it was read.
  EXPECT_THAT(said(Mechanism::oauthbearer, 2), ElementsAre(testing::_, "AQ==\r\n", "*\r\n"));
  EXPECT_THAT(said(Mechanism::xoauth2, 2), ElementsAre(testing::_, "\r\n", "*\r\n"));
  SaslClient client(Mechanism::login, kTim, "mx.test", 587);
  client.begin();
  EXPECT_FALSE(client.cancelled());
  EXPECT_EQ(client.answer(std::string(kMaxAuthLine - 2, 'a')), "dGlt\r\n");
  EXPECT_EQ(client.answer(std::string(kMaxAuthLine - 1, 'a')), "*\r\n")
      << "longer than a line may be";
  EXPECT_TRUE(client.cancelled());
  EXPECT_EQ(client.answer(""), "*\r\n") << "nothing of a secret after that";
}

TEST(SaslClientTest, TheLongestSecretFitsALineByEachMechanism) {
  const Credentials longest{std::string(kMaxAuthUser, '='), std::string(kMaxAuthSecret, 'x')};
  for (std::size_t i = 0; i < kMechanisms.size(); ++i) {
    SaslClient client(static_cast<Mechanism>(i), longest, std::string(255, 'h'), 65535);
    EXPECT_LE(client.begin().size(), 512u);
    EXPECT_LE(client.answer("").size(), kMaxAuthLine) << kMechanisms[i];
  }
}

TEST(SaslClientTest, KnowsATextThatRepeatsASecretOrAPieceOfOne) {
  const SaslClient client(Mechanism::plain, kTim, "mx.test", 587);
  const struct {
    bool quoted;
    const char* text;
  } cases[] = {
      {true, "cannot judge tanstaaftanstaaf of tim"},
      {true, "TANSTAAFTANSTAAF is wrong"},
      {true, "bad base64: AHRpbQB0YW5zdGFhZnRhbnN0YWFm"},
      {true, "bad base64: AHRpbQB0..."},
      {true, "5.5.2 unrecognised: QB0YW5zdG"},
      {false, "Username and Password not accepted"},
      {false, "tim is not known, AHRpb is"},
      {false, ""},
  };
  for (const auto& c : cases) EXPECT_EQ(quotes(c.text, client.secrets()), c.quoted) << c.text;
  EXPECT_TRUE(quotes("it is x1", {"x1"})) << "a short one counts whole";
  EXPECT_FALSE(quotes("anything", {}));
  EXPECT_FALSE(quotes(std::string(5000, 'a'), {})) << "nothing was sent that could be repeated";
  EXPECT_TRUE(quotes(std::string(5000, 'a'), client.secrets())) << "too long to be looked through";
}

TEST(SaslClientTest, KnowsMechanismsByTheirNamesInAnyCase) {
  EXPECT_EQ(mechanism_of("plain"), Mechanism::plain);
  EXPECT_EQ(mechanism_of("XOAuth2"), Mechanism::xoauth2);
  EXPECT_EQ(mechanism_of("PLAIN-CLIENTTOKEN"), std::nullopt);
  EXPECT_EQ(mechanism_of(""), std::nullopt);
  for (const auto word : kMechanisms) EXPECT_EQ(word_of(*mechanism_of(word)), word);
}

std::vector<Mechanism> offered(std::string text) {
  return parse_extensions({250, "", "mx.test\n" + std::move(text)}).auth;
}

TEST(SaslClientTest, ReadsWhatAServerOffersInBothSpellings) {
  using enum Mechanism;
  EXPECT_THAT(offered("AUTH LOGIN PLAIN CRAM-MD5"), ElementsAre(login, plain));
  EXPECT_THAT(offered("AUTH=LOGIN PLAIN\nAUTH PLAIN xoauth2"), ElementsAre(login, plain, xoauth2));
  EXPECT_THAT(offered("auth=oauthbearer"), ElementsAre(oauthbearer));
  EXPECT_THAT(offered("AUTH"), ElementsAre());
  EXPECT_THAT(offered("AUTH="), ElementsAre());
  EXPECT_THAT(offered("AUTHX PLAIN\nXAUTH PLAIN"), ElementsAre());
  EXPECT_THAT(offered("AUTH PLAIN PLAIN"), ElementsAre(plain));
}

}  // namespace
}  // namespace waybill::relay::smtp
