#include "relay/returnpath/report/status_words.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::relay::returnpath::report {
namespace {

TEST(StatusWordsTest, EachRegisteredCodeHasASentence) {
  // RFC 5248 and IANA's registry: the last detail of each subject.
  const int last[] = {0, 10, 4, 6, 7, 6, 10, 30};
  for (int subject = 1; subject <= 7; ++subject) {
    for (int detail = 0; detail <= last[subject]; ++detail) {
      const std::string status = "5." + std::to_string(subject) + "." + std::to_string(detail);
      const std::string_view words = words_of_status(status);
      EXPECT_TRUE(words.ends_with('.')) << status;
      EXPECT_LT(words.size(), 90u) << status;
    }
  }
  EXPECT_EQ(words_of_status("5.2.2"), "The mailbox is full.");
  EXPECT_EQ(words_of_status("4.2.2"), words_of_status("5.2.2"));
}

TEST(StatusWordsTest, WhatSaysNothingHasNoWords) {
  for (const char* status : {"", "5.0.0", "4.0.0", "2.0.0", "2.1.5", "5.9.1", "5.1", "x"}) {
    EXPECT_EQ(words_of_status(status), "") << status;
  }
  EXPECT_EQ(words_of_status("5.7.606"), words_of_status("5.7.0"));
}

}  // namespace
}  // namespace waybill::relay::returnpath::report
