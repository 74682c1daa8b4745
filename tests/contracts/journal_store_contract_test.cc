// What every JournalStore promises (ingest/journal_store.h), held against memory and RocksDB alike.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "ingest/journal.h"
#include "ingest/memory_journal_store.h"
#include "tests/contracts/journal_directory.h"
#include "tests/support/ordinals.h"

namespace waybill::ingest {

using namespace schemas::ordinal_literals;

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
    for (const OpenDelivery& one : opens) {
      write.changes.push_back({one.delivery_id, one.accepted_seq});
    }
    for (const std::string& id : closes) write.changes.push_back({id, std::nullopt});
    ASSERT_TRUE(store().commit(write));
  }

  // The values from `from` on; their sequence numbers have to be dense.
  Texts read(schemas::SequenceNumber from, std::size_t most = 1000, std::size_t octets = 1 << 20) {
    const auto records = store().read(from, most, octets);
    EXPECT_TRUE(records) << records.error().message();
    Texts out;
    if (!records) return out;
    for (const JournalRecord& record : *records) {
      EXPECT_EQ(record.seq, from + out.size());
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
      out.push_back(delivery.delivery_id + ":" + std::to_string(delivery.accepted_seq.value()));
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
  EXPECT_EQ(this->store().first_seq(), 1_seq);
  EXPECT_EQ(this->store().end_seq(), 1_seq);
  EXPECT_EQ(this->read(1_seq), Texts());
  EXPECT_EQ(this->open(), Texts());
}

TYPED_TEST(JournalStoreContract, RemembersUpToWhereTheLogHasIt) {
  EXPECT_EQ(this->store().sent(), 1_seq);
  this->commit({"a", "b", "c"});
  EXPECT_NE(this->store().id(), 0u);
  ASSERT_TRUE(this->store().note(3_seq));
  EXPECT_EQ(this->store().sent(), 3_seq);
  this->reopen();
  EXPECT_EQ(this->store().sent(), 3_seq);
  EXPECT_EQ(this->store().end_seq(), 4_seq);
  EXPECT_NE(this->store().id(), 0u);
}

TYPED_TEST(JournalStoreContract, GivesBackWhatWasCommittedInOrder) {
  this->commit({"a", "b"});
  this->commit({std::string("\0\xff\n", 3)});
  EXPECT_EQ(this->store().first_seq(), 1_seq);
  EXPECT_EQ(this->store().end_seq(), 4_seq);
  EXPECT_EQ(this->read(1_seq), (Texts{"a", "b", std::string("\0\xff\n", 3)}));
  EXPECT_EQ(this->read(2_seq), (Texts{"b", std::string("\0\xff\n", 3)}));
  EXPECT_EQ(this->read(4_seq), Texts());
  EXPECT_EQ(this->read(400_seq), Texts());
}

TYPED_TEST(JournalStoreContract, ReadsAcrossTheNumbersWhereAKeyGrowsByAnOctet) {
  Texts many;
  for (int i = 1; i <= 600; ++i) many.push_back(std::to_string(i));
  this->commit(many);
  EXPECT_EQ(this->read(1_seq), many);
  EXPECT_EQ(this->read(255_seq, 3), (Texts{"255", "256", "257"}));
}

TYPED_TEST(JournalStoreContract, ReadsNoMoreRecordsThanAskedFor) {
  this->commit({"a", "b", "c"});
  EXPECT_EQ(this->read(1_seq, 2), (Texts{"a", "b"}));
  EXPECT_EQ(this->read(3_seq, 2), (Texts{"c"}));
  EXPECT_EQ(this->read(1_seq, 0), Texts());
}

TYPED_TEST(JournalStoreContract, StopsReadingOnceTheOctetsAreReached) {
  this->commit({"aaaa", "bbbb", "cccc"});
  EXPECT_EQ(this->read(1_seq, 1000, 1), (Texts{"aaaa"}));
  EXPECT_EQ(this->read(1_seq, 1000, 4), (Texts{"aaaa"}));
  EXPECT_EQ(this->read(1_seq, 1000, 5), (Texts{"aaaa", "bbbb"}));
}

TYPED_TEST(JournalStoreContract, ADeliveryIsOpenFromItsAcceptanceToItsOutcome) {
  this->commit({"accepted"}, {{kFirst, 1_seq}, {kSecond, 1_seq}});
  EXPECT_EQ(this->open(), (Texts{kFirst + ":1", kSecond + ":1"}));
  this->commit({"forwarded"}, {}, {kFirst});
  EXPECT_EQ(this->open(), (Texts{kSecond + ":1"}));
  this->commit({"rejected"}, {}, {kSecond});
  EXPECT_EQ(this->open(), Texts());
}

TYPED_TEST(JournalStoreContract, ADeliveryOpenedAndClosedInOneCommitIsNotOpen) {
  this->commit({"accepted", "dropped"}, {{kFirst, 1_seq}}, {kFirst});
  EXPECT_EQ(this->open(), Texts());
}

TYPED_TEST(JournalStoreContract, ChangesOfADeliveryCountInTheirOrder) {
  this->commit({"accepted"}, {{kFirst, 1_seq}});
  JournalWrite write;
  write.first_seq = 2_seq;
  write.records = {"deferred", "accepted"};
  write.changes = {{kFirst, std::nullopt}, {kFirst, 3_seq}};
  ASSERT_TRUE(this->store().commit(write));
  EXPECT_EQ(this->open(), (Texts{kFirst + ":3"}));
}

TYPED_TEST(JournalStoreContract, ClosingWhatIsNotOpenIsNoError) {
  this->commit({"forwarded"}, {}, {kFirst});
  EXPECT_EQ(this->open(), Texts());
}

TYPED_TEST(JournalStoreContract, TrimmingForgetsRecordsAndKeepsTheirNumbers) {
  this->commit({"a", "b", "c", "d"});
  ASSERT_TRUE(this->store().trim(3_seq));
  EXPECT_EQ(this->store().first_seq(), 3_seq);
  EXPECT_EQ(this->store().end_seq(), 5_seq);
  EXPECT_EQ(this->read(3_seq), (Texts{"c", "d"}));
  const auto below = this->store().read(2_seq, 10, 1000);
  ASSERT_FALSE(below);
  EXPECT_EQ(below.error(), Errc::not_found);
}

TYPED_TEST(JournalStoreContract, TrimmingBelowWhatIsGoneChangesNothing) {
  this->commit({"a", "b", "c"});
  ASSERT_TRUE(this->store().trim(3_seq));
  ASSERT_TRUE(this->store().trim(2_seq));
  EXPECT_EQ(this->store().first_seq(), 3_seq);
  EXPECT_EQ(this->read(3_seq), (Texts{"c"}));
}

TYPED_TEST(JournalStoreContract, TheEndNeverGoesBackWhenEverythingIsTrimmed) {
  this->commit({"a", "b", "c"});
  ASSERT_TRUE(this->store().trim(4_seq));
  EXPECT_EQ(this->store().end_seq(), 4_seq);
  this->reopen();
  EXPECT_EQ(this->store().end_seq(), 4_seq);
  this->commit({"d"});
  EXPECT_EQ(this->read(4_seq), (Texts{"d"}));
}

TYPED_TEST(JournalStoreContract, TrimmingAnEmptyStoreChangesNothing) {
  ASSERT_TRUE(this->store().trim(1_seq));
  EXPECT_EQ(this->store().first_seq(), 1_seq);
  EXPECT_EQ(this->store().end_seq(), 1_seq);
}

TYPED_TEST(JournalStoreContract, TrimmingLeavesOpenDeliveriesOpen) {
  this->commit({"accepted", "later"}, {{kFirst, 1_seq}});
  ASSERT_TRUE(this->store().trim(2_seq));
  EXPECT_EQ(this->open(), (Texts{kFirst + ":1"}));
}

TYPED_TEST(JournalStoreContract, KeepsEverythingOverAReopening) {
  this->commit({"a", "b", "c"}, {{kFirst, 1_seq}, {kSecond, 2_seq}});
  this->commit({"d"}, {}, {kFirst});
  ASSERT_TRUE(this->store().trim(2_seq));
  // A trim is made durable by the next commit.
  this->commit({"e"});
  this->reopen();
  EXPECT_EQ(this->store().first_seq(), 2_seq);
  EXPECT_EQ(this->store().end_seq(), 6_seq);
  EXPECT_EQ(this->read(2_seq), (Texts{"b", "c", "d", "e"}));
  EXPECT_EQ(this->open(), (Texts{kSecond + ":2"}));
}

TYPED_TEST(JournalStoreContract, BegunAnewItHasOnlyWhatItIsTold) {
  this->commit({"a", "b"}, {{kFirst, 1_seq}});
  ASSERT_TRUE(this->store().begin_at(700_seq, {{kSecond, 640_seq}}));
  EXPECT_EQ(this->store().first_seq(), 700_seq);
  EXPECT_EQ(this->store().end_seq(), 700_seq);
  EXPECT_EQ(this->read(700_seq), Texts());
  EXPECT_EQ(this->store().read(1_seq, 10, 1000).error(), Errc::not_found);
  EXPECT_EQ(this->open(), (Texts{kSecond + ":640"}));
  this->reopen();
  EXPECT_EQ(this->store().first_seq(), 700_seq) << "also before the first record";
  EXPECT_EQ(this->store().end_seq(), 700_seq);
  EXPECT_EQ(this->open(), (Texts{kSecond + ":640"}));
  this->commit({"c"});
  EXPECT_EQ(this->read(700_seq), Texts{"c"});
  this->reopen();
  EXPECT_EQ(this->store().first_seq(), 700_seq);
  EXPECT_EQ(this->store().end_seq(), 701_seq);
  EXPECT_EQ(this->open(), (Texts{kSecond + ":640"}));
}

// The journal writes its mark every second: where an empty one goes on is known from there alone.
TYPED_TEST(JournalStoreContract, BegunAnewItGoesOnThereThoughItsMarkIsWrittenAgain) {
  {
    ingest::Journal journal(this->store(), {});
    ASSERT_TRUE(journal.begin_at(700_seq, {}));
    journal.note();
  }
  this->reopen();
  EXPECT_EQ(this->store().first_seq(), 700_seq);
  EXPECT_EQ(this->store().end_seq(), 700_seq);
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
  ASSERT_TRUE(this->store().trim(9_seq));
  EXPECT_LT(this->store().octets(), before / 2);
  EXPECT_EQ(this->read(9_seq), (Texts{"kept"}));
  this->reopen();
  EXPECT_EQ(this->store().first_seq(), 9_seq);
  EXPECT_EQ(this->read(9_seq), (Texts{"kept"}));
}

}  // namespace
}  // namespace waybill::ingest
