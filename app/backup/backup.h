// Backup: the views of partitions as checkpoints in a directory, and back. A restored store goes on
// from the position that is in it; the truth stays the log.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/backup/manifest.h"
#include "projector/rows/view_store.h"
#include "runtime/time.h"

namespace waybill::app {

using StoresByPartition = std::map<std::uint32_t, projector::ViewStore*>;

// `directory` must not exist, or be empty. Beside the writers. The manifest is written last.
runtime::Explained<Manifest> back_up(const StoresByPartition& stores, const std::string& directory,
                                     const std::string& node, runtime::WallTime now);

// Into data_dir/views. Errc::locked: a partition of the backup is there already; invalid, corrupt:
// the backup is not whole. Nothing is half restored: a store comes under its name once it is whole.
runtime::Explained<Manifest> restore(const std::string& directory, const std::string& data_dir);

// The partitions that have views in data_dir, ascending.
std::vector<std::uint32_t> partitions_in(const std::string& data_dir);

}  // namespace waybill::app
