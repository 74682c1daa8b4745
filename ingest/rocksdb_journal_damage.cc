#include "ingest/rocksdb_journal_damage.h"

#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <memory>

#include "ingest/rocksdb_journal_format.h"
#include "runtime/log.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Failure;

namespace {

struct DamagedTable {
  rocksdb::LiveFileMetaData about;
  std::string why;

  std::string path() const { return about.db_path + about.name; }
  bool is_of_open() const { return about.column_family_name == kOpenFamily; }
};

std::vector<DamagedTable> damaged_tables(rocksdb::DB& journal) {
  std::vector<rocksdb::LiveFileMetaData> tables;
  journal.GetLiveFilesMetaData(&tables);
  std::vector<DamagedTable> out;
  for (const auto& table : tables) {
    DamagedTable one{table, {}};
    rocksdb::SstFileReader reader{rocksdb::Options()};
    rocksdb::Status status = reader.Open(one.path());
    if (status.ok()) status = reader.VerifyChecksum();
    if (status.ok()) continue;
    one.why = status.ToString();
    out.push_back(std::move(one));
  }
  return out;
}

// Opened in spite of damaged tables: for a look at which those are.
struct Opened {
  std::unique_ptr<rocksdb::DB> journal;
  std::vector<rocksdb::ColumnFamilyHandle*> families;

  Opened() = default;
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  ~Opened() {
    for (rocksdb::ColumnFamilyHandle* family : families) {
      journal->DestroyColumnFamilyHandle(family);
    }
  }

  rocksdb::Status open(const std::string& directory, bool to_write) {
    rocksdb::DBOptions options = options_of_journal();
    options.paranoid_checks = false;
    rocksdb::DB* raw = nullptr;
    const auto status =
        to_write ? rocksdb::DB::Open(options, directory, families_of_journal(), &families, &raw)
                 : rocksdb::DB::OpenForReadOnly(options, directory, families_of_journal(),
                                                &families, &raw);
    journal.reset(raw);
    return status;
  }
};

std::string cure(const std::string& directory) {
  return "Restore the journal from a backup (`waybill restore`); or, to go on without what it "
         "alone "
         "has, move " +
         directory +
         " away and start: docs/operating.md, \"A journal is damaged\", says what is lost then";
}

std::string words_of(const DamagedTable& table) {
  std::string out = table.path() + " is damaged";
  if (!table.is_of_open()) {
    out += " (records " + std::to_string(seq_of(table.about.smallestkey).value()) + " to " +
           std::to_string(seq_of(table.about.largestkey).value()) + " of the journal)";
  }
  return out + ": " + table.why;
}

Failure refusal(const std::string& directory, const std::vector<DamagedTable>& tables,
                const std::string& said) {
  std::string what;
  for (const DamagedTable& table : tables) what += (what.empty() ? "" : "; ") + words_of(table);
  if (what.empty()) what = "the journal in " + directory + " is damaged: " + said;
  return {Errc::corrupt, what + ". " + cure(directory)};
}

}  // namespace

Failure damaged_journal(rocksdb::DB& journal, const std::string& said) {
  return refusal(journal.GetName(), damaged_tables(journal), said);
}

Failure damaged_journal(const std::string& directory, const std::string& said) {
  Opened opened;
  const bool looked = opened.open(directory, false).ok();
  return refusal(directory, looked ? damaged_tables(*opened.journal) : std::vector<DamagedTable>(),
                 said);
}

bool take_out_damaged_open(const std::string& directory) {
  std::vector<DamagedTable> tables;
  {
    Opened opened;
    if (!opened.open(directory, false).ok()) return false;
    tables = damaged_tables(*opened.journal);
  }
  const bool only_open = std::all_of(tables.begin(), tables.end(),
                                     [](const DamagedTable& one) { return one.is_of_open(); });
  if (tables.empty() || !only_open) return false;
  Opened opened;
  if (!opened.open(directory, true).ok()) return false;
  // If the process ends behind this, the next start finds no such family, and makes it anew.
  if (!opened.journal->DropColumnFamily(opened.families[1]).ok()) return false;
  runtime::log(runtime::Level::warn, "ingest",
               "the list of open deliveries is damaged; it is made anew from the records",
               {{"what", words_of(tables.front())}});
  return true;
}

}  // namespace waybill::ingest
