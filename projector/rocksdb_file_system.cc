#include "projector/rocksdb_file_system.h"

#include <limits>
#include <string_view>
#include <utility>

namespace waybill::projector {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

namespace {

class WatchedLog final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WatchedLog(std::unique_ptr<rocksdb::FSWritableFile> file,
             std::shared_ptr<std::atomic<bool>> failed)
      : FSWritableFileOwnerWrapper(std::move(file)), failed_(std::move(failed)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* context) override {
    return noted(FSWritableFileOwnerWrapper::Append(data, options, context));
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* context) override {
    return noted(FSWritableFileOwnerWrapper::Append(data, options, verification, context));
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* context) override {
    return noted(FSWritableFileOwnerWrapper::Flush(options, context));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* context) override {
    return noted(FSWritableFileOwnerWrapper::Sync(options, context));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    return noted(FSWritableFileOwnerWrapper::Fsync(options, context));
  }

 private:
  IOStatus noted(IOStatus status) {
    if (!status.ok()) *failed_ = true;
    return status;
  }
  const std::shared_ptr<std::atomic<bool>> failed_;
};

}  // namespace

IOStatus StoreFileSystem::GetFreeSpace(const std::string&, const IOOptions&, std::uint64_t* free,
                                       IODebugContext*) {
  *free = std::numeric_limits<std::uint64_t>::max();
  return IOStatus::OK();
}

IOStatus StoreFileSystem::NewWritableFile(const std::string& name,
                                          const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* file,
                                          IODebugContext* context) {
  const IOStatus made = FileSystemWrapper::NewWritableFile(name, options, file, context);
  if (!made.ok() || !std::string_view(name).ends_with(".log")) return made;
  *wal_failed_ = false;
  *file = std::make_unique<WatchedLog>(std::move(*file), wal_failed_);
  return made;
}

}  // namespace waybill::projector
