#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "ingest/wal_scan.h"
#include "tests/support/temporary_directory.h"

namespace waybill::ingest {
namespace {

WalScan scan(std::string_view file) {
  WalScan out;
  for (; !file.empty(); file.remove_prefix(std::min(file.size(), WalScan::kBlock))) {
    out.add(file.substr(0, WalScan::kBlock));
  }
  return out;
}

// As RocksDB writes it: 60 records, some longer than a block.
const std::string& written() {
  static const std::string kOctets = [] {
    const tests::TemporaryDirectory directory;
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* raw = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open(options, directory.path(), &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    for (int i = 0; i < 60; ++i) {
      const std::size_t octets = i % 20 == 7 ? 50'000 : 100 + 37 * static_cast<std::size_t>(i);
      EXPECT_TRUE(db->Put({}, std::to_string(i), std::string(octets, 'v')).ok());
    }
    EXPECT_TRUE(db->FlushWAL(true).ok());
    std::string out;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      if (entry.path().extension() != ".log") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      out.assign(std::istreambuf_iterator<char>(in), {});
    }
    return out;
  }();
  return kOctets;
}

TEST(WalScanTest, WhatRocksDbWroteIsWhole) {
  ASSERT_GT(written().size(), 4 * WalScan::kBlock);
  const WalScan whole = scan(written());
  EXPECT_FALSE(whole.bad_at());
  EXPECT_TRUE(whole.has_records());
  EXPECT_FALSE(scan("").bad_at());
  EXPECT_FALSE(scan("").has_records());
}

TEST(WalScanTest, AnEndThatIsCutOffAnywhereIsTornAndNotDamaged) {
  for (std::size_t size = 1; size < written().size(); size += 499) {
    EXPECT_FALSE(scan(std::string_view(written()).substr(0, size)).damaged()) << size;
  }
  std::string zeros = written().substr(0, 70'000) + std::string(50'000, '\0');
  EXPECT_FALSE(scan(zeros).damaged());
  EXPECT_TRUE(scan(zeros).bad_at());
}

TEST(WalScanTest, ABadRecordWithGoodOnesBehindItIsDamage) {
  // The last record is some 2.3 KiB: a flip in it is no different from a torn end.
  const std::size_t behind = written().size() - 2'500;
  for (std::size_t at = 0; at < behind; at += 997) {
    std::string bad = written();
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    const WalScan found = scan(bad);
    EXPECT_TRUE(found.damaged()) << at;
    ASSERT_TRUE(found.bad_at()) << at;
    EXPECT_LE(*found.bad_at(), at);
  }
  // A page that was never written, and those behind it were.
  std::string hole = written();
  hole.replace(40'960, 4096, 4096, '\0');
  EXPECT_TRUE(scan(hole).damaged());
}

}  // namespace
}  // namespace waybill::ingest
