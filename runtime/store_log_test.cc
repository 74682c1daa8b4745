#include "runtime/store_log.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/log.h"

namespace waybill::runtime {
namespace {

// Before start_log(), warnings and errors go to standard error at once.
std::string said(rocksdb::InfoLogLevel level, const std::string& text) {
  testing::internal::CaptureStderr();
  const auto logger = rocksdb_log();
  rocksdb::Log(level, logger, "%s", text.c_str());
  return testing::internal::GetCapturedStderr();
}

TEST(RocksLogTest, WhatItWarnsOfIsALineOfOurs) {
  EXPECT_EQ(said(rocksdb::WARN_LEVEL, "no space"), "warn rocksdb: says text=\"no space\"\n");
  EXPECT_EQ(said(rocksdb::ERROR_LEVEL, "a b\n"), "error rocksdb: says text=\"a b\\u000a\"\n");
  EXPECT_EQ(said(rocksdb::INFO_LEVEL, "table made"), "");
}

TEST(RocksLogTest, ALongLineIsCut) {
  const std::string line = said(rocksdb::WARN_LEVEL, std::string(5000, 'x'));
  EXPECT_LT(line.size(), 1100u);
  EXPECT_GT(line.size(), 1000u);
}

}  // namespace
}  // namespace waybill::runtime
