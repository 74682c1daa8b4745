// What every JournalStore promises (ingest/journal_store.h), held against memory and RocksDB alike.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "ingest/memory_journal_store.h"
#include "tests/contracts/journal_directory.h"

namespace waybill::ingest {
namespace {

using runtime::Errc;
using Texts = std::vector<std::string>;

class InMemory {
 public:
  JournalStore& store() { return store_; }
  void reopen() { store_.power_cut(); }

 private:
  MemoryJournalStore store_;
};

class OnRocksDb {
 public:
  JournalStore& store() { return *store_; }
  void reopen() {
    store_.reset();
    store_ = directory_.open();
  }

 private:
  JournalDirectory directory_;
  std::unique_ptr<JournalStore> store_ = directory_.open();
};

template <class Kept>
class JournalStoreContract : public ::testing::Test {
 protected:
  JournalStore& store() { return kept_.store(); }
  void reopen() { kept_.reopen(); }

  void commit(const Texts& records, const std::vector<OpenDelivery>& opens = {},
              const Texts& closes = {}) {
    JournalWrite write;
    write.first_seq = store().end_seq();
    write.records = records;
    write.opens = opens;
    write.closes = closes;
    ASSERT_TRUE(store().commit(write));
  }

  // The values from `from` on; their sequence numbers have to be dense.
  Texts read(std::uint64_t from, std::size_t most = 1000, std::size_t octets = 1 << 20) {
    const auto records = store().read(from, most, octets);
    EXPECT_TRUE(records) << records.error().message();
    Texts out;
    if (!records) return out;
    for (const LogRecord& record : *records) {
      EXPECT_EQ(record.offset, from + out.size());
      EXPECT_EQ(record.partition, 0u);
      out.push_back(record.value);
    }
    return out;
  }

  // "id:seq" of each open delivery.
  Texts open() {
    const auto deliveries = store().open_deliveries();
    EXPECT_TRUE(deliveries);
    Texts out;
    for (const OpenDelivery& delivery : *deliveries) {
      out.push_back(delivery.delivery_id + ":" + std::to_string(delivery.accepted_seq));
    }
    return out;
  }

 private:
  Kept kept_;
};

using Stores = ::testing::Types<InMemory, OnRocksDb>;
TYPED_TEST_SUITE(JournalStoreContract, Stores);

const std::string kFirst = "delivery-first--";
const std::string kSecond = "delivery-second-";

TYPED_TEST(JournalStoreContract, AnEmptyStoreBeginsAndEndsAtOne) {
  EXPECT_EQ(this->store().first_seq(), 1u);
  EXPECT_EQ(this->store().end_seq(), 1u);
  EXPECT_EQ(this->read(1), Texts());
  EXPECT_EQ(this->open(), Texts());
}

TYPED_TEST(JournalStoreContract, GivesBackWhatWasCommittedInOrder) {
  this->commit({"a", "b"});
  this->commit({std::string("\0\xff\n", 3)});
  EXPECT_EQ(this->store().first_seq(), 1u);
  EXPECT_EQ(this->store().end_seq(), 4u);
  EXPECT_EQ(this->read(1), (Texts{"a", "b", std::string("\0\xff\n", 3)}));
  EXPECT_EQ(this->read(2), (Texts{"b", std::string("\0\xff\n", 3)}));
  EXPECT_EQ(this->read(4), Texts());
  EXPECT_EQ(this->read(400), Texts());
}

TYPED_TEST(JournalStoreContract, ReadsAcrossTheNumbersWhereAKeyGrowsByAnOctet) {
  Texts many;
  for (int i = 1; i <= 600; ++i) many.push_back(std::to_string(i));
  this->commit(many);
  EXPECT_EQ(this->read(1), many);
  EXPECT_EQ(this->read(255, 3), (Texts{"255", "256", "257"}));
}

TYPED_TEST(JournalStoreContract, ReadsNoMoreRecordsThanAskedFor) {
  this->commit({"a", "b", "c"});
  EXPECT_EQ(this->read(1, 2), (Texts{"a", "b"}));
  EXPECT_EQ(this->read(3, 2), (Texts{"c"}));
  EXPECT_EQ(this->read(1, 0), Texts());
}

TYPED_TEST(JournalStoreContract, StopsReadingOnceTheOctetsAreReached) {
  this->commit({"aaaa", "bbbb", "cccc"});
  EXPECT_EQ(this->read(1, 1000, 1), (Texts{"aaaa"}));
  EXPECT_EQ(this->read(1, 1000, 4), (Texts{"aaaa"}));
  EXPECT_EQ(this->read(1, 1000, 5), (Texts{"aaaa", "bbbb"}));
}

TYPED_TEST(JournalStoreContract, ADeliveryIsOpenFromItsAcceptanceToItsOutcome) {
  this->commit({"accepted"}, {{kFirst, 1}, {kSecond, 1}});
  EXPECT_EQ(this->open(), (Texts{kFirst + ":1", kSecond + ":1"}));
  this->commit({"forwarded"}, {}, {kFirst});
  EXPECT_EQ(this->open(), (Texts{kSecond + ":1"}));
  this->commit({"rejected"}, {}, {kSecond});
  EXPECT_EQ(this->open(), Texts());
}

TYPED_TEST(JournalStoreContract, ADeliveryOpenedAndClosedInOneCommitIsNotOpen) {
  this->commit({"accepted", "dropped"}, {{kFirst, 1}}, {kFirst});
  EXPECT_EQ(this->open(), Texts());
}

TYPED_TEST(JournalStoreContract, ClosingWhatIsNotOpenIsNoError) {
  this->commit({"forwarded"}, {}, {kFirst});
  EXPECT_EQ(this->open(), Texts());
}

TYPED_TEST(JournalStoreContract, TrimmingForgetsRecordsAndKeepsTheirNumbers) {
  this->commit({"a", "b", "c", "d"});
  ASSERT_TRUE(this->store().trim(3));
  EXPECT_EQ(this->store().first_seq(), 3u);
  EXPECT_EQ(this->store().end_seq(), 5u);
  EXPECT_EQ(this->read(3), (Texts{"c", "d"}));
  const auto below = this->store().read(2, 10, 1000);
  ASSERT_FALSE(below);
  EXPECT_EQ(below.error(), Errc::not_found);
}

TYPED_TEST(JournalStoreContract, TrimmingBelowWhatIsGoneChangesNothing) {
  this->commit({"a", "b", "c"});
  ASSERT_TRUE(this->store().trim(3));
  ASSERT_TRUE(this->store().trim(2));
  EXPECT_EQ(this->store().first_seq(), 3u);
  EXPECT_EQ(this->read(3), (Texts{"c"}));
}

TYPED_TEST(JournalStoreContract, TheEndNeverGoesBackWhenEverythingIsTrimmed) {
  this->commit({"a", "b", "c"});
  ASSERT_TRUE(this->store().trim(4));
  EXPECT_EQ(this->store().end_seq(), 4u);
  this->reopen();
  EXPECT_EQ(this->store().end_seq(), 4u);
  this->commit({"d"});
  EXPECT_EQ(this->read(4), (Texts{"d"}));
}

TYPED_TEST(JournalStoreContract, TrimmingAnEmptyStoreChangesNothing) {
  ASSERT_TRUE(this->store().trim(1));
  EXPECT_EQ(this->store().first_seq(), 1u);
  EXPECT_EQ(this->store().end_seq(), 1u);
}

TYPED_TEST(JournalStoreContract, TrimmingLeavesOpenDeliveriesOpen) {
  this->commit({"accepted", "later"}, {{kFirst, 1}});
  ASSERT_TRUE(this->store().trim(2));
  EXPECT_EQ(this->open(), (Texts{kFirst + ":1"}));
}

TYPED_TEST(JournalStoreContract, KeepsEverythingOverAReopening) {
  this->commit({"a", "b", "c"}, {{kFirst, 1}, {kSecond, 2}});
  this->commit({"d"}, {}, {kFirst});
  ASSERT_TRUE(this->store().trim(2));
  // A trim is made durable by the next commit.
  this->commit({"e"});
  this->reopen();
  EXPECT_EQ(this->store().first_seq(), 2u);
  EXPECT_EQ(this->store().end_seq(), 6u);
  EXPECT_EQ(this->read(2), (Texts{"b", "c", "d", "e"}));
  EXPECT_EQ(this->open(), (Texts{kSecond + ":2"}));
}

TYPED_TEST(JournalStoreContract, UsesMoreOctetsTheMoreItKeeps) {
  const std::uint64_t before = this->store().octets();
  this->commit({std::string(4 << 20, 'x')});
  EXPECT_GE(this->store().octets(), before + (4 << 20));
}

// A small journal on RocksDB, once full, stayed full: what was trimmed was still counted in memory.
TYPED_TEST(JournalStoreContract, TrimmingGivesTheOctetsBack) {
  for (int i = 0; i < 8; ++i) this->commit({std::string(1 << 20, 'x')});
  this->commit({"kept"});
  const std::uint64_t before = this->store().octets();
  ASSERT_TRUE(this->store().trim(9));
  EXPECT_LT(this->store().octets(), before / 2);
  EXPECT_EQ(this->read(9), (Texts{"kept"}));
  this->reopen();
  EXPECT_EQ(this->store().first_seq(), 9u);
  EXPECT_EQ(this->read(9), (Texts{"kept"}));
}

}  // namespace
}  // namespace waybill::ingest
