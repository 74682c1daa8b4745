#include "relay/trust/dkim/body_hash.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::relay::trust::dkim {
namespace {

TEST(BodyHashes, EachFormAndLengthIsHashedInOnePass) {
  const std::string body = "a  b \r\nc\r\n\r\n";
  const std::string simple = "a  b \r\nc\r\n";
  const std::string relaxed = "a b\r\nc\r\n";
  for (const std::size_t piece : {1, 3, 100}) {
    BodyHashes hashes;
    hashes.ask(Form::simple, {});
    hashes.ask(Form::simple, 0);
    hashes.ask(Form::relaxed, {});
    hashes.ask(Form::relaxed, 4);
    hashes.ask(Form::relaxed, 4);
    hashes.ask(Form::relaxed, 1000);
    for (std::size_t at = 0; at < body.size(); at += piece) hashes.take(body.substr(at, piece));
    hashes.end();
    EXPECT_EQ(hashes.hash(Form::simple, {}).digest, runtime::sha256(simple));
    EXPECT_EQ(hashes.hash(Form::simple, {}).octets, simple.size());
    EXPECT_EQ(hashes.hash(Form::simple, 0).digest, runtime::sha256(""));
    EXPECT_EQ(hashes.hash(Form::relaxed, {}).digest, runtime::sha256(relaxed));
    EXPECT_EQ(hashes.hash(Form::relaxed, 4).digest, runtime::sha256(relaxed.substr(0, 4)));
    EXPECT_EQ(hashes.hash(Form::relaxed, 4).octets, relaxed.size());
    EXPECT_EQ(hashes.hash(Form::relaxed, 1000).digest, runtime::sha256(relaxed));
  }
}

TEST(BodyHashes, AreThoseOfLargeBodiesToo) {
  std::string body;
  for (int i = 0; i < 20'000; ++i) body += "word word\r\n" + std::string(i % 50 == 0 ? 60 : 0, 'x');
  body += "\r\n";
  for (const Form form : {Form::simple, Form::relaxed}) {
    BodyHashes hashes;
    hashes.ask(form, {});
    hashes.ask(form, 5000);
    for (std::size_t at = 0; at < body.size(); at += 9001) hashes.take(body.substr(at, 9001));
    hashes.end();
    EXPECT_EQ(hashes.hash(form, {}).digest, runtime::sha256(body.substr(0, body.size() - 2)));
    EXPECT_EQ(hashes.hash(form, 5000).digest, runtime::sha256(body.substr(0, 5000)));
    EXPECT_EQ(hashes.hash(form, 5000).octets, body.size() - 2);
  }
}

}  // namespace
}  // namespace waybill::relay::trust::dkim
