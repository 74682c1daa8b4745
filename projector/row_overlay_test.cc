#include "projector/row_overlay.h"

#include <gtest/gtest.h>

#include "projector/memory_view_store.h"
#include "projector/rows/key_codec.h"

namespace waybill::projector {
namespace {

// A delivery id that began at `number`.
std::string id(std::uint64_t number) {
  std::string octets;
  append_be64(octets, number);
  return octets + std::string(8, 'r');
}

class RowOverlayTest : public testing::Test {
 protected:
  void store(const std::string& key) {
    WriteBatch batch;
    batch.put(Table::deliveries, key, "of " + key);
    ASSERT_TRUE(store_.apply(batch));
  }
  std::string row(const std::string& key) {
    const auto got = overlay_.get(Table::deliveries, key);
    if (!got) return "error";
    return *got ? std::string(**got) : "none";
  }

  MemoryViewStore store_;
  WriteBatch batch_;
  RowOverlay overlay_{store_, batch_};
};

TEST_F(RowOverlayTest, ARowBeyondANewOneIsStillRead) {
  store(id(5));
  store(id(9));
  EXPECT_EQ(row(id(7)), "none");
  EXPECT_EQ(row(id(8)), "none");
  EXPECT_EQ(row(id(9)), "of " + id(9));
  EXPECT_EQ(row(id(10)), "none");
  EXPECT_EQ(row(id(5)), "of " + id(5));
}

TEST_F(RowOverlayTest, ARowFarBeyondANewOneIsStillRead) {
  for (std::uint64_t number = 100; number < 3'000; ++number) store(id(number));
  EXPECT_EQ(row(id(1)), "none");
  EXPECT_EQ(row(id(2'999)), "of " + id(2'999));
  EXPECT_EQ(row(id(3'000)), "none");
}

TEST_F(RowOverlayTest, ARowThatWasPutIsReadAgainOnceItIsForgotten) {
  EXPECT_EQ(row(id(1)), "none");
  overlay_.put(Table::deliveries, id(2), "second");
  EXPECT_EQ(row(id(2)), "second");
  overlay_.settle();
  ASSERT_TRUE(store_.apply(batch_));
  overlay_.applied();
  overlay_.forget();
  EXPECT_EQ(row(id(2)), "second");
  EXPECT_EQ(row(id(3)), "none");
}

TEST_F(RowOverlayTest, ARowPutAfterAnotherWasReadIsItsOwn) {
  store(id(1));
  store(id(2));
  EXPECT_EQ(row(id(1)), "of " + id(1));
  overlay_.put(Table::deliveries, id(2), "changed");
  EXPECT_EQ(row(id(1)), "of " + id(1));
  EXPECT_EQ(row(id(2)), "changed");
}

TEST_F(RowOverlayTest, ARowIsWrittenOnceAsItIsInTheEnd) {
  for (const char* value : {"first", "second and longer", "third"}) {
    overlay_.put(Table::counters, "key", value);
  }
  overlay_.settle();
  ASSERT_EQ(batch_.size(), 1u);
  batch_.for_each([](const WriteBatch::Entry& entry) { EXPECT_EQ(entry.value, "third"); });
}

}  // namespace
}  // namespace waybill::projector
