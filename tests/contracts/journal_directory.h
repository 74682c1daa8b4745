// JournalDirectory: a journal on RocksDB in a directory of the test's own, removed at its end. A
// copy of an open one is what a killed process leaves.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "ingest/journal_store.h"
#include "tests/support/temporary_directory.h"

namespace waybill::ingest {

class JournalDirectory {
 public:
  std::string path() const { return root_.path("journal"); }

  void copy_from(const JournalDirectory& other) const {
    std::filesystem::remove_all(path());
    std::filesystem::copy(other.path(), path());
  }

  // Null, and a failed test, if it does not open.
  std::unique_ptr<JournalStore> open() const {
    auto store = open_rocks_journal(path());
    EXPECT_TRUE(store) << store.error().why;
    return store ? std::move(*store) : nullptr;
  }

  // The write-ahead log that the last commits went to.
  std::filesystem::path newest_wal() const {
    std::filesystem::path newest;
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
    }
    return newest;
  }

 private:
  const tests::TemporaryDirectory root_;
};

}  // namespace waybill::ingest
