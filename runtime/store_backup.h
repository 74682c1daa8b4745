// Backups of one RocksDB in a directory of their own, by RocksDB's BackupEngine: each table file is
// kept once, whatever number of backups has it, so that a further backup copies what is new. Every
// file's CRC-32C is kept and the copy is read back before a backup counts.
//
// Calls block, as long as it takes to read and write the store. One call at a time on a directory.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "runtime/failure.h"

namespace rocksdb {
class DB;
}

namespace waybill::runtime {

struct StoreBackup {
  std::uint32_t number = 0;  // within its directory, ascending
  std::uint64_t files = 0;
  std::uint64_t octets = 0;      // of all its files
  std::uint64_t new_octets = 0;  // of those that no earlier backup had
};

// Told now and then how many octets have been copied, or read back.
using StoreProgress = std::function<void(const char* what, std::uint64_t octets)>;

// Beside everything else that the store does: what is in memory is written out first, and what
// comes later is not in the backup. `directory` is made where it is not there. Errc::no_space: it
// is full; corrupt: the copy differs from what was read, or the store is damaged, and the words
// name the file. What a failed call leaves is no backup, and the next call takes it away.
Explained<StoreBackup> back_up_store(rocksdb::DB& store, const std::string& directory,
                                     const StoreProgress& progress);

// Reads all of it. Errc::not_found: there is no such backup; corrupt: the words name the file.
Explained<void> verify_store_backup(const std::string& directory, std::uint32_t number);

// Into `store`, which is made, or emptied. Every file is held against its checksum.
Explained<void> restore_store(const std::string& directory, std::uint32_t number,
                              const std::string& store);

// Backups whose numbers are not in `kept` go, with the files that only they had.
Explained<void> keep_store_backups(const std::string& directory,
                                   const std::set<std::uint32_t>& kept);

}  // namespace waybill::runtime
