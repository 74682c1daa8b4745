#include "runtime/store_backup.h"

#include <rocksdb/db.h>
#include <rocksdb/utilities/backup_engine.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "runtime/store_log.h"

namespace waybill::runtime {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kTellEvery = 4 << 20;  // octets

Failure failure_of(const rocksdb::Status& status) {
  Errc code = Errc::io_error;
  if (status.IsCorruption()) code = Errc::corrupt;
  if (status.IsNotFound()) code = Errc::not_found;
  if (status.IsNoSpace()) code = Errc::no_space;
  return {code, status.ToString()};
}

rocksdb::BackupEngineOptions options_of(const std::string& directory, rocksdb::Logger& log) {
  rocksdb::BackupEngineOptions options(directory);
  options.info_log = &log;
  options.callback_trigger_interval_size = kTellEvery;
  return options;
}

// An engine with what it refers to.
template <class Engine>
struct Opened {
  std::shared_ptr<rocksdb::Logger> log;
  std::unique_ptr<Engine> engine;
};

template <class Engine>
Explained<Opened<Engine>> open(const std::string& directory) {
  Opened<Engine> out;
  out.log = rocksdb_log();
  Engine* engine = nullptr;
  const rocksdb::Status status =
      Engine::Open(options_of(directory, *out.log), rocksdb::Env::Default(), &engine);
  if (!status.ok()) return failure_of(status).in(directory);
  out.engine.reset(engine);
  return out;
}

std::uint64_t octets_in(const std::string& directory) {
  std::uint64_t sum = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code gone;
    const auto size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
    if (!gone) sum += size;
  }
  return sum;
}

}  // namespace

Explained<StoreBackup> back_up_store(rocksdb::DB& store, const std::string& directory,
                                     const StoreProgress& progress) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return explain(error, "cannot make " + directory);
  const std::uint64_t before = octets_in(directory);
  auto opened = open<rocksdb::BackupEngine>(directory);
  if (!opened) return opened.error();
  rocksdb::BackupEngine& engine = *opened->engine;
  std::uint64_t copied = 0;
  rocksdb::CreateBackupOptions options;
  options.flush_before_backup = true;
  options.progress_callback = [&] {
    copied += kTellEvery;
    if (progress) progress("copied", copied);
  };
  StoreBackup out;
  rocksdb::Status status = engine.CreateNewBackup(options, &store, &out.number);
  if (!status.ok()) {
    (void)engine.GarbageCollect();
    return failure_of(status).in(directory);
  }
  if (progress) progress("read back", 0);
  // Read from the disk that it was written to, and held against what the store gave.
  status = engine.VerifyBackup(out.number, true);
  if (!status.ok()) {
    (void)engine.DeleteBackup(out.number);
    return failure_of(status).in(directory);
  }
  rocksdb::BackupInfo info;
  status = engine.GetBackupInfo(out.number, &info);
  if (!status.ok()) return failure_of(status).in(directory);
  out.files = info.number_files;
  out.octets = info.size;
  const std::uint64_t after = octets_in(directory);
  out.new_octets = after > before ? after - before : 0;
  return out;
}

Explained<void> verify_store_backup(const std::string& directory, std::uint32_t number) {
  auto opened = open<rocksdb::BackupEngineReadOnly>(directory);
  if (!opened) return opened.error();
  const rocksdb::Status status = opened->engine->VerifyBackup(number, true);
  if (!status.ok()) return failure_of(status).in(directory);
  return {};
}

Explained<void> restore_store(const std::string& directory, std::uint32_t number,
                              const std::string& store) {
  auto opened = open<rocksdb::BackupEngineReadOnly>(directory);
  if (!opened) return opened.error();
  const rocksdb::Status status = opened->engine->RestoreDBFromBackup(number, store, store);
  if (!status.ok()) return failure_of(status).in(store);
  return {};
}

Explained<void> keep_store_backups(const std::string& directory,
                                   const std::set<std::uint32_t>& kept) {
  std::error_code error;
  if (!fs::exists(directory, error)) return {};
  auto opened = open<rocksdb::BackupEngine>(directory);
  if (!opened) return opened.error();
  std::vector<rocksdb::BackupInfo> all;
  opened->engine->GetBackupInfo(&all);
  for (const rocksdb::BackupInfo& one : all) {
    if (kept.contains(one.backup_id)) continue;
    const rocksdb::Status status = opened->engine->DeleteBackup(one.backup_id);
    if (!status.ok()) return failure_of(status).in(directory);
  }
  return {};
}

}  // namespace waybill::runtime
