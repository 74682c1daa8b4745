#include "ingest/journal_mark.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/ordinals.h"
#include "tests/support/temporary_directory.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

namespace {

class JournalMarkTest : public ::testing::Test {
 protected:
  std::unique_ptr<JournalMark> open() {
    auto mark = JournalMark::open(directory_.path());
    EXPECT_TRUE(mark) << mark.error().why;
    return mark ? std::move(*mark) : nullptr;
  }
  // One bit of the octet at `at` flips.
  void flip(std::size_t at) {
    std::fstream file(directory_.path("mark"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const auto octet = static_cast<char>(file.get() ^ 4);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(octet);
  }

  const tests::TemporaryDirectory directory_;
};

TEST_F(JournalMarkTest, SaysWhatWasNotedLast) {
  EXPECT_FALSE(open()->found());
  {
    const auto mark = open();
    ASSERT_TRUE(mark->write({7, 10_seq, 4_seq, false}));
    ASSERT_TRUE(mark->write({7, 20_seq, 5_seq, false}));
    ASSERT_TRUE(mark->write({7, 30_seq, 6_seq, true}));
  }
  const auto mark = open();
  ASSERT_TRUE(mark->found());
  EXPECT_EQ(mark->found()->id, 7u);
  EXPECT_EQ(mark->found()->end, 30_seq);
  EXPECT_EQ(mark->found()->sent, 6_seq);
  EXPECT_TRUE(mark->found()->closed);
  EXPECT_FALSE(mark->moved());
}

TEST_F(JournalMarkTest, ASlotThatWasTornLeavesTheOneBefore) {
  {
    const auto mark = open();
    ASSERT_TRUE(mark->write({7, 10_seq, 4_seq, false}));
    ASSERT_TRUE(mark->write({7, 20_seq, 5_seq, true}));
  }
  for (std::size_t octet = 0; octet < 64; ++octet) {
    flip(octet);  // the second note lies at 0
    EXPECT_EQ(open()->found()->end, 10_seq) << octet;
    flip(octet);
    EXPECT_EQ(open()->found()->end, 20_seq) << octet;
    flip(4096 + octet);
    EXPECT_EQ(open()->found()->end, 20_seq) << octet;
    flip(4096 + octet);
  }
}

TEST_F(JournalMarkTest, GoesOnBehindATornSlot) {
  {
    const auto mark = open();
    ASSERT_TRUE(mark->write({7, 10_seq, 4_seq, false}));
    ASSERT_TRUE(mark->write({7, 20_seq, 5_seq, false}));
  }
  flip(0);
  ASSERT_TRUE(open()->write({7, 15_seq, 5_seq, false}));
  EXPECT_EQ(open()->found()->end, 15_seq);
}

TEST_F(JournalMarkTest, TheIdGoesOnAfterAnEndThatWasToldAndNotOtherwise) {
  ASSERT_TRUE(open()->write({7, 10_seq, 1_seq, true}));
  EXPECT_EQ(id_after(*open(), 10_seq), 7u);
  const JournalId other = id_after(*open(), 11_seq);
  EXPECT_NE(other, 7u) << "somebody recorded behind the end";
  EXPECT_NE(other, 0u);
  ASSERT_TRUE(open()->write({7, 10_seq, 1_seq, false}));
  EXPECT_NE(id_after(*open(), 10_seq), 7u) << "killed";
  EXPECT_NE(id_after(*open(), 10_seq), id_after(*open(), 10_seq)) << "random";
}

TEST_F(JournalMarkTest, ACopyGetsAnIdOfItsOwn) {
  ASSERT_TRUE(open()->write({7, 10_seq, 1_seq, true}));
  const std::string path = directory_.path("mark");
  std::filesystem::copy_file(path, path + ".copy");
  std::filesystem::rename(path + ".copy", path);
  const auto mark = open();
  EXPECT_TRUE(mark->moved());
  EXPECT_EQ(mark->found()->end, 10_seq);
  EXPECT_NE(id_after(*mark, 10_seq), 7u);
}

TEST_F(JournalMarkTest, WhatIsNoMarkIsNone) {
  for (const std::string& text : {std::string(), std::string("x"), std::string(8192, '\0')}) {
    std::ofstream(directory_.path("mark"), std::ios::binary | std::ios::trunc) << text;
    EXPECT_FALSE(open()->found()) << text.size();
  }
}

}  // namespace
}  // namespace waybill::ingest
