#include "relay/trust/dkim/signed_header.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::relay::trust::dkim {
namespace {

constexpr std::string_view kTags =
    "v=1; a=rsa-sha256; d=origin.test; s=k; bh=AAAA; b = AA\r\n AA ; h=";

// Of the header whose signature field, the `own`-th, names `names`.
runtime::Digest hash_of(const std::string& header, std::size_t own) {
  const auto fields = message::split_header(header);
  const Signature signature = parse_signature(fields.at(own).value);
  EXPECT_FALSE(signature.fault) << signature.fault->reason;
  return SignedHeader(fields).hash(signature, own);
}

std::string field_with(const std::string& names) {
  return "DKIM-Signature: " + std::string(kTags) + names + "\r\n";
}

// What is signed of it: b= is empty with all that was written there.
std::string signed_field_with(const std::string& names) {
  std::string field = field_with(names);
  const std::size_t begin = field.find("b = AA") + 3;
  field.erase(begin, field.find("; h=") - begin);
  return field.substr(0, field.size() - 2);
}

TEST(SignedHeader, FieldsAreTakenFromTheBottomAndMissingOnesAreNothing) {
  const std::string a = "A: 1\r\n";
  const std::string b = "B: x\r\n";
  const std::string c = "a: 2\r\n";
  const std::string from = "From: f\r\n";
  const auto expect = [&](const std::string& names, const std::string& fields) {
    EXPECT_EQ(hash_of(field_with(names) + a + b + c + from, 0),
              runtime::sha256(fields + signed_field_with(names)))
        << names;
  };
  expect("From", from);
  expect("A:From", c + from);
  expect("From:A:B:a", from + c + b + a);
  expect("A:a:A:A:From:none:From", c + a + from);
  expect("From:zzz:B:b", from + b);
}

TEST(SignedHeader, TheFieldItselfIsNotTakenForOneThatItNames) {
  const std::string from = "From: f\r\n";
  const std::string names = "From:DKIM-Signature:DKIM-Signature:DKIM-Signature";
  const std::string own = field_with(names);
  const std::string other = "DKIM-Signature: other\r\n";
  const std::string third = "DKIM-Signature: third\r\n";
  const auto expected = runtime::sha256(from + third + other + signed_field_with(names));
  EXPECT_EQ(hash_of(other + third + own + from, 2), expected);
  EXPECT_EQ(hash_of(other + own + third + from, 1), expected);
  EXPECT_EQ(hash_of(own + other + third + from, 0), expected);
}

TEST(SignedHeader, NamesAreComparedWhole) {
  const std::string from = "From: f\r\n";
  EXPECT_EQ(hash_of(field_with("From:X-A:X") + "X-AB: 1\r\nXA: 2\r\nX-A : 3\r\n" + from, 0),
            runtime::sha256(from + "X-A : 3\r\n" + signed_field_with("From:X-A:X")));
}

}  // namespace
}  // namespace waybill::relay::trust::dkim
