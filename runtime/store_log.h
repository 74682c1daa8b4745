// RocksDB's own log, as lines of ours: what it warns of is read where everything else is. It has no
// file of its own, whose failed write on a full disk would end the process (RocksDB 7.8 asserts).
#pragma once

#include <rocksdb/env.h>

#include <memory>

namespace waybill::runtime {

// For DBOptions::info_log. Warnings and errors are logged as part "rocksdb"; the rest is dropped.
std::shared_ptr<rocksdb::Logger> rocksdb_log();

}  // namespace waybill::runtime
