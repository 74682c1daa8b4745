// How RocksDB is set up for the views: one column family a table, each with the options its keys
// ask for. Only rocksdb_view_store.cc includes this.
#pragma once

#include <rocksdb/options.h>

#include <string>

#include "projector/rocksdb_view_store.h"
#include "projector/rows/view_store.h"

namespace waybill::projector {

// Rows of the table stand in memory in a hash table by the prefix that its filter takes (table.h),
// each prefix's own in order: cheap to add to wherever they fall, cheap to read one prefix of, and
// sorted as a whole only when they are written out or scanned as a whole.
bool is_hashed(Table table);

// `meta` lies in the column family that every RocksDB has.
std::string column_family_name(Table table);

rocksdb::DBOptions database_options(const RocksStoreSettings& settings);
rocksdb::ColumnFamilyOptions table_options(Table table, const RocksStoreSettings& settings,
                                           const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace waybill::projector
