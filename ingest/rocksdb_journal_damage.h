// What is damaged in a journal on RocksDB, in words for an operator: which file, which records it
// has, and how to go on.
//
// To find the file, every table file is read whole: for a journal that refuses to open, or to be
// read.
#pragma once

#include <rocksdb/db.h>

#include <string>

#include "runtime/failure.h"

namespace waybill::ingest {

// Errc::corrupt. `said`: what was wrong where it was found.
runtime::Failure damaged_journal(rocksdb::DB& journal, const std::string& said);
// The same of one that does not open.
runtime::Failure damaged_journal(const std::string& directory, const std::string& said);

// Open deliveries follow from the records. Where nothing is damaged but their family, that is taken
// out, and true comes back: the journal opens then, without them. The file is named in a log line.
// Nobody has the journal open.
bool take_out_damaged_open(const std::string& directory);

}  // namespace waybill::ingest
