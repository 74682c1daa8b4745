#include "projector/positions.h"

#include <gtest/gtest.h>

#include "projector/memory_view_store.h"
#include "schemas/event.h"
#include "tests/support/document.h"
#include "tests/support/ordinals.h"

namespace waybill::projector {

using namespace schemas::ordinal_literals;

namespace {

TEST(PositionsTest, WhatWasWrittenIsRead) {
  MemoryViewStore store;
  WriteBatch batch;
  Progress progress{7_offset, 5_index, schemas::wall_time(1'000), std::string(32, 'd')};
  put_layout(batch, {kViewLayout, 3});
  put_progress(batch, progress);
  put_last_seen(batch, {"mx1", 0, 8_seq});
  put_last_seen(batch, {"mx1", 0xf00dcafe, 9_seq});
  ASSERT_TRUE(store.apply(batch));
  EXPECT_EQ(read_layout(store)->layout, kViewLayout);
  EXPECT_EQ(read_layout(store)->partition, 3u);
  const auto read = read_progress(store);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->next_offset, 7_offset);
  EXPECT_EQ(read->next_index, 5_index);
  EXPECT_EQ(read->as_of, progress.as_of);
  EXPECT_EQ(read->last_digest, progress.last_digest);
  const auto seen = read_last_seen(store);
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->size(), 2u);
  EXPECT_EQ(seen->at(0).node, "mx1");
  EXPECT_EQ(seen->at(0).journal, 0u);
  EXPECT_EQ(seen->at(0).seq, 8_seq);
  EXPECT_EQ(seen->at(1).node, "mx1");
  EXPECT_EQ(seen->at(1).journal, 0xf00dcafeu);
  EXPECT_EQ(seen->at(1).seq, 9_seq);
}

TEST(PositionsTest, TheirOctetsAreThoseOfTheDocument) {
  WriteBatch batch;
  put_layout(batch, {});
  Progress progress;
  progress.last_digest = std::string(32, 'd');
  put_progress(batch, progress);
  put_log_id(batch, "MkU3OEVBNTcwNTJENDM2Qg");
  put_mark(batch, {7_offset, std::string(32, 'd')});
  put_last_seen(batch, {"mx1", 1, 1_seq});
  std::string octets;
  batch.for_each([&](const WriteBatch::Entry& entry) {
    octets += octets.empty() ? "" : ", ";
    octets += std::to_string(entry.value->size());
  });
  const std::string row = tests::document("docs/data.md");
  const std::size_t begin = row.find("| `meta` |");
  ASSERT_NE(begin, std::string::npos);
  EXPECT_TRUE(row.substr(begin, row.find("| `archive` |") - begin).ends_with("| " + octets + " | "))
      << octets;
}

TEST(PositionsTest, MarksAreReadAscendingUntilTheyAreErased) {
  MemoryViewStore store;
  WriteBatch batch;
  const std::string digest(32, 'd');
  for (const std::uint64_t offset : {70'000, 1, 256}) {
    put_mark(batch, {schemas::LogOffset(offset), digest});
  }
  erase_mark(batch, 256_offset);
  ASSERT_TRUE(store.apply(batch));
  const auto marks = read_marks(store);
  ASSERT_TRUE(marks);
  ASSERT_EQ(marks->size(), 2u);
  EXPECT_EQ(marks->at(0).offset, 1_offset);
  EXPECT_EQ(marks->at(1).offset, 70'000_offset);
  EXPECT_EQ(marks->at(1).digest, digest);
  EXPECT_EQ(read_log_id(store).value(), "");
}

TEST(PositionsTest, ReadsTheNodesOfAnEarlierRelease) {
  MemoryViewStore store;
  WriteBatch batch;
  batch.put(Table::meta, "node/mx1", std::string("\0\0\0\0\0\0\0\5", 8) + "the time");
  ASSERT_TRUE(store.apply(batch));
  const auto seen = read_last_seen(store);
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->size(), 1u);
  EXPECT_EQ(seen->front().node, "mx1");
  EXPECT_EQ(seen->front().seq, 5_seq);
}

}  // namespace
}  // namespace waybill::projector
