// The view store on RocksDB, one database a partition.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "projector/rows/view_store.h"
#include "runtime/failure.h"

namespace waybill::projector {

// What several stores of one process share: one cache of blocks, one budget of rows in memory.
class StoreMemory;
std::shared_ptr<StoreMemory> make_store_memory(std::uint64_t block_cache_octets,
                                               std::uint64_t write_buffer_octets);

struct RocksStoreSettings {
  std::uint64_t block_cache_octets = 64ULL << 20;
  // Rows in memory, of all tables together, before they are written to sorted files.
  std::uint64_t write_buffer_octets = 64ULL << 20;
  // Below so much room on its disk it takes nothing, Errc::no_space: of a write for which there is
  // none RocksDB does not recover well. More than a batch takes, as a rule.
  std::uint64_t least_room = 1 << 20;  // octets
  // Takes no lock and may stand beside a writer: it shows what a crash would have left when it was
  // opened. The writer may remove files under it; reads then give Errc::io_error and the store is
  // to be opened again. apply(), sync() and drop() give Errc::invalid.
  bool read_only = false;
  // Instead of a cache of its own; write_buffer_octets then bounds this store within the budget.
  std::shared_ptr<StoreMemory> memory{};
};

// Some 1,500 events at once, which no log gives as they happen. To write them ahead would cost a
// sixth of the fold, and as many octets again on the disk.
inline constexpr std::size_t kUnloggedBatch = 2 << 20;

// One RocksDB in `directory`, made with its parents if it is not there (read_only:
// Errc::not_found). What sync() wrote survives a power cut. What apply() wrote survives the end of
// the process, except large batches: from the first batch of kUnloggedBatch octets on, batches stay
// in memory until sync() or until the write buffer fills. Only a projector that is catching up
// writes such batches, and it can read them from the log again. Errc::locked if another process has
// it open to write, Errc::no_space, Errc::corrupt, Errc::io_error; not_found where there is none to
// be read.
runtime::Explained<std::unique_ptr<ViewStore>> open_rocks_store(const std::string& directory,
                                                                const RocksStoreSettings& settings);

}  // namespace waybill::projector
