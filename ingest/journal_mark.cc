#include "ingest/journal_mark.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "runtime/chance.h"
#include "runtime/crypto.h"
#include "runtime/durable_file.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Explained;
using runtime::Result;
using schemas::SequenceNumber;

namespace {

constexpr std::string_view kMagic = "WBmark01";
constexpr std::size_t kDigest = 16;  // octets of SHA-256 over the others of a slot
// A slot does not share a sector with the other one.
constexpr std::size_t kSlotStride = 4096;

// Little-endian, as the machines are that it runs on (journal.cc checks it).
struct Fields {
  std::array<char, 8> magic{};
  std::uint64_t count = 0;  // the larger one is the newer one
  std::uint64_t inode = 0;
  std::uint64_t end = 0;
  std::uint64_t sent = 0;
  std::uint32_t id = 0;
  std::uint32_t closed = 0;
};
struct Slot {
  Fields fields;
  std::array<std::uint8_t, kDigest> digest{};
};
static_assert(sizeof(Fields) == 48 && sizeof(Slot) == 64, "without gaps, as it lies on the disk");

std::array<std::uint8_t, kDigest> digest_of(const Fields& fields) {
  const auto whole = runtime::sha256({reinterpret_cast<const char*>(&fields), sizeof fields});
  std::array<std::uint8_t, kDigest> out{};
  std::copy_n(whole.begin(), kDigest, out.begin());
  return out;
}

bool sound(const Slot& slot) {
  return std::string_view(slot.fields.magic.data(), slot.fields.magic.size()) == kMagic &&
         slot.digest == digest_of(slot.fields);
}

runtime::Failure failure(const std::string& what, const std::string& path) {
  const int code = errno;
  const Errc errc = code == ENOSPC || code == EDQUOT ? Errc::no_space : Errc::io_error;
  return {errc, "cannot " + what + " " + path + ": " + std::strerror(code)};
}

}  // namespace

Explained<std::unique_ptr<JournalMark>> JournalMark::open(const std::string& directory) {
  const std::string path = directory + "/mark";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return failure("open", path);
  std::unique_ptr<JournalMark> mark(new JournalMark(path, file));
  struct stat status {};
  if (::fstat(file, &status) != 0) return failure("read", path);
  mark->inode_ = status.st_ino;
  mark->read_slots();
  if (mark->found_) return mark;
  // The name of a file that was made just now has to outlive a loss of power too.
  if (const auto synced = runtime::sync_directory_of(path); !synced) return synced.error();
  return mark;
}

JournalMark::~JournalMark() { ::close(file_); }

void JournalMark::read_slots() {
  for (const std::size_t slot_index : {0, 1}) {
    Slot slot;
    const auto at = static_cast<off_t>(slot_index * kSlotStride);
    if (::pread(file_, &slot, sizeof slot, at) != sizeof slot || !sound(slot)) continue;
    const Fields& fields = slot.fields;
    if (found_ && fields.count < count_) continue;
    count_ = fields.count;
    found_ = Note{fields.id, SequenceNumber(fields.end), SequenceNumber(fields.sent),
                  fields.closed != 0};
    moved_ = fields.inode != inode_;
  }
}

Result<void> JournalMark::write(const Note& note) {
  Slot slot;
  Fields& fields = slot.fields;
  std::copy(kMagic.begin(), kMagic.end(), fields.magic.begin());
  fields.count = ++count_;
  fields.inode = inode_;
  fields.end = note.end.value();
  fields.sent = note.sent.value();
  fields.id = note.id;
  fields.closed = note.closed ? 1 : 0;
  slot.digest = digest_of(fields);
  // Octets that are there already are written over: it needs no room of the disk after the first.
  const auto at = static_cast<off_t>((count_ % 2) * kSlotStride);
  if (::pwrite(file_, &slot, sizeof slot, at) != sizeof slot || ::fdatasync(file_) != 0) {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    return make_error_code(full ? Errc::no_space : Errc::io_error);
  }
  return {};
}

JournalId new_journal_id() {
  const auto chance = runtime::system_chance();
  JournalId id = 0;
  while (id == 0) {
    std::array<std::uint8_t, sizeof id> octets{};
    chance->fill(octets);
    std::memcpy(&id, octets.data(), sizeof id);
  }
  return id;
}

JournalId id_after(const JournalMark& mark, SequenceNumber end) {
  const auto& found = mark.found();
  const bool told = found && found->id != 0 && found->closed && !mark.moved();
  return told && found->end == end ? found->id : new_journal_id();
}

}  // namespace waybill::ingest
