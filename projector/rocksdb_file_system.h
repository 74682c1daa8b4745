// StoreFileSystem: the files of one view store, as RocksDB sees them: the system's own, but for two
// things about full disks that RocksDB 7.8 takes badly.
//
// After a write for which there was no room, RocksDB asks for room for a whole buffer before it
// tries again, which a small disk may never have. Here a disk always says that it has room, and
// whether it has is found out by trying.
// A write-ahead log on which a write has failed must not be touched again: RocksDB asserts there,
// also after it says that it has recovered, where there was nothing to be written out and so no new
// log was begun. wal_failed() tells.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>

namespace waybill::projector {

class StoreFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  StoreFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  // A write or a sync of the newest write-ahead log has failed. Any thread.
  bool wal_failed() const { return *wal_failed_; }

  const char* Name() const override { return "waybill.StoreFileSystem"; }
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 std::uint64_t* free, rocksdb::IODebugContext* context) override;
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override;

 private:
  // Files hold it too, and may outlive this.
  const std::shared_ptr<std::atomic<bool>> wal_failed_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace waybill::projector
