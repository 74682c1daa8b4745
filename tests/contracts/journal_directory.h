// JournalDirectory: a journal on RocksDB in a directory of the test's own, removed at its end. A
// copy of an open one is what a killed process leaves.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "ingest/journal_store.h"

namespace waybill::ingest {

class JournalDirectory {
 public:
  JournalDirectory() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "waybill_journal_XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~JournalDirectory() { std::filesystem::remove_all(root_); }
  JournalDirectory(const JournalDirectory&) = delete;
  JournalDirectory& operator=(const JournalDirectory&) = delete;

  std::string path() const { return root_ + "/journal"; }

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
  std::string root_;
};

}  // namespace waybill::ingest
