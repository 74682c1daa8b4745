#include "relay/returnpath/xtext.h"

#include <gtest/gtest.h>

namespace waybill::relay::returnpath {
namespace {

TEST(XtextTest, IsDecodedToWhatWasMeant) {
  EXPECT_EQ(decode_xtext("buzz+2Bz@b.example"), "buzz+z@b.example");
  EXPECT_EQ(decode_xtext("QQ314159"), "QQ314159");
  EXPECT_EQ(decode_xtext(""), "");
  EXPECT_EQ(decode_orcpt("rfc822;a+2Bb@c.example"), "rfc822;a+b@c.example");
  EXPECT_EQ(decode_orcpt("utf-8;a\\x{FC}@c.example"), "utf-8;a\\x{FC}@c.example");
}

TEST(XtextTest, WhatCouldEndALineIsNone) {
  for (const char* text : {"a+0D+0Ab", "a+0A", "+00", "+7F", "+C3+BC", "a+", "a+2", "a+ZZ"}) {
    EXPECT_FALSE(decode_xtext(text)) << text;
  }
  EXPECT_EQ(decode_orcpt("rfc822;a+0D+0ASubject:x@b.example"), "");
  EXPECT_EQ(decode_orcpt("a@b.example"), "");
}

}  // namespace
}  // namespace waybill::relay::returnpath
