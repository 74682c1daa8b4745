// How the journal lies in RocksDB: its column families, their keys, and how each is opened
// (docs/data.md).
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <string>
#include <vector>

#include "runtime/result.h"
#include "schemas/ordinal.h"

namespace waybill::ingest {

inline constexpr char kOpenFamily[] = "open";

// Keeps the rewriting of a busy journal to a few large files.
inline constexpr std::size_t kWriteBufferOctets = 64 << 20;
// The WAL outlives its memtable only until this much: bounds the time of recovery.
inline constexpr std::uint64_t kMaxWalOctets = 256 << 20;

std::string key_of(schemas::SequenceNumber seq);
schemas::SequenceNumber seq_of(const rocksdb::Slice& key);

runtime::Errc translate(const rocksdb::Status& status);

// Nothing is made that is not there.
rocksdb::DBOptions options_of_journal();
// Records, then open deliveries.
std::vector<rocksdb::ColumnFamilyDescriptor> families_of_journal();

}  // namespace waybill::ingest
