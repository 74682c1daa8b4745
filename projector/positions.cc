#include "projector/positions.h"

#include "projector/rows/key_codec.h"
#include "runtime/crypto.h"
#include "schemas/event.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;

constexpr std::string_view kProgressKey = "progress";
constexpr std::string_view kLogKey = "log";
constexpr std::string_view kMarkPrefix = "mark/";
constexpr std::string_view kNodePrefix = "node/";
constexpr std::string_view kJournalPrefix = "journal/";
constexpr std::size_t kNumbers = 24;  // octets of next_offset, next_index and as_of

}  // namespace

void put_layout(WriteBatch& batch, const Layout& layout) {
  std::string value;
  append_be32(value, layout.layout);
  append_be32(value, layout.partition);
  batch.put(Table::meta, kLayoutKey, value);
}

Result<Layout> read_layout(const ViewReader& store) {
  const auto value = store.get(Table::meta, kLayoutKey);
  if (!value) return value.error();
  return layout_of(*value);
}

Result<Layout> layout_of(std::string_view row) {
  if (row.size() != 8) return make_error_code(Errc::corrupt);
  return Layout{read_be32(row), read_be32(row.substr(4))};
}

void put_progress(WriteBatch& batch, const Progress& progress) {
  std::string value;
  append_be64(value, progress.next_offset.value());
  append_be64(value, progress.next_index.value());
  append_be64(value, schemas::nanoseconds(progress.as_of));
  value += progress.last_digest;
  batch.put(Table::meta, kProgressKey, value);
}

Result<Progress> read_progress(const ViewReader& store) {
  const auto value = store.get(Table::meta, kProgressKey);
  if (!value) {
    if (value.error() == Errc::not_found) return Progress();
    return value.error();
  }
  const std::string_view octets = *value;
  if (octets.size() != kNumbers && octets.size() != kNumbers + runtime::Digest().size()) {
    return make_error_code(Errc::corrupt);
  }
  Progress progress;
  progress.next_offset = schemas::LogOffset(read_be64(octets));
  progress.next_index = schemas::EventIndex(read_be64(octets.substr(8)));
  progress.as_of = schemas::wall_time(read_be64(octets.substr(16)));
  progress.last_digest = octets.substr(kNumbers);
  return progress;
}

void put_mark(WriteBatch& batch, const LogMark& mark) {
  std::string key(kMarkPrefix);
  append_be64(key, mark.offset.value());
  batch.put(Table::meta, key, mark.digest);
}

void erase_mark(WriteBatch& batch, schemas::LogOffset offset) {
  std::string key(kMarkPrefix);
  append_be64(key, offset.value());
  batch.erase(Table::meta, key);
}

Result<std::vector<LogMark>> read_marks(const ViewReader& store) {
  std::vector<LogMark> out;
  bool whole = true;
  const auto scanned =
      store.scan(Table::meta, kMarkPrefix, after_prefix(kMarkPrefix),
                 [&](std::string_view key, std::string_view value) {
                   key.remove_prefix(kMarkPrefix.size());
                   whole = key.size() == 8 && value.size() == runtime::Digest().size();
                   if (!whole) return false;
                   out.push_back({schemas::LogOffset(read_be64(key)), std::string(value)});
                   return true;
                 });
  if (!scanned) return scanned.error();
  if (!whole) return make_error_code(Errc::corrupt);
  return out;
}

void put_log_id(WriteBatch& batch, std::string_view id) { batch.put(Table::meta, kLogKey, id); }

Result<std::string> read_log_id(const ViewReader& store) {
  auto value = store.get(Table::meta, kLogKey);
  if (!value && value.error() == Errc::not_found) return std::string();
  return value;
}

void put_last_seen(WriteBatch& batch, const LastSeen& last) {
  std::string key(last.journal == 0 ? kNodePrefix : kJournalPrefix);
  if (last.journal != 0) append_be32(key, last.journal);
  std::string value;
  append_be64(value, last.seq.value());
  batch.put(Table::meta, key += last.node, value);
}

Result<std::vector<LastSeen>> read_last_seen(const ViewReader& store) {
  std::vector<LastSeen> out;
  bool whole = true;
  const auto read = [&](std::string_view prefix, std::size_t id_octets) {
    return store.scan(Table::meta, prefix, after_prefix(prefix),
                      [&](std::string_view key, std::string_view value) {
                        key.remove_prefix(prefix.size());
                        whole = value.size() >= 8 && key.size() >= id_octets;
                        if (!whole) return false;
                        const std::uint32_t journal = id_octets == 0 ? 0 : read_be32(key);
                        out.push_back({std::string(key.substr(id_octets)), journal,
                                       schemas::SequenceNumber(read_be64(value))});
                        return true;
                      });
  };
  for (const auto& scanned : {read(kNodePrefix, 0), read(kJournalPrefix, 4)}) {
    if (!scanned) return scanned.error();
  }
  if (!whole) return make_error_code(Errc::corrupt);
  return out;
}

}  // namespace waybill::projector
