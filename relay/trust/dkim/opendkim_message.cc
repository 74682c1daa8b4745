#include "relay/trust/dkim/opendkim_message.h"

// The header is written for C, which calls the type so.
#define _Bool bool
#include <opendkim/dkim.h>
#undef _Bool

#include <cstring>

#include "runtime/check.h"

namespace waybill::relay::trust::dkim {
namespace {

// Seconds. x= is never before now less this, t= never after now and this; and no t= is less than
// this, or the library's unsigned difference would wrap.
constexpr std::uint64_t kAnyTime = 1'000'000'000;

// A space in its name: no h= can have one.
constexpr std::string_view kUnnameableField = "Not to be signed: ";

u_char* octets_of(std::string_view text) {
  return reinterpret_cast<u_char*>(const_cast<char*>(text.data()));
}

struct Wanted {
  std::size_t index = 0;  // of the field
  std::string record;     // its key, as the library reads it
  DKIM_SIGINFO* signature = nullptr;
};

}  // namespace

struct OpendkimMessage::State {
  DKIM* dkim = nullptr;
  bool usable = true;
  bool ended = false;
  std::vector<Wanted> wanted;  // in the header's order

  const Wanted* of_field(std::size_t index) const {
    for (const Wanted& one : wanted) {
      if (one.index == index) return &one;
    }
    return nullptr;
  }
};

namespace {

using Wanteds = std::vector<Wanted>;

// Ties the library's signatures to ours: it lists them in the header's order.
DKIM_CBSTAT tie(DKIM* dkim, DKIM_SIGINFO** signatures, int count) {
  auto& wanted = *static_cast<Wanteds*>(dkim_get_user_context(dkim));
  if (static_cast<std::size_t>(count) != wanted.size()) return DKIM_CBSTAT_ERROR;
  for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i].signature = signatures[i];
  return DKIM_CBSTAT_CONTINUE;
}

DKIM_CBSTAT give_key(DKIM* dkim, DKIM_SIGINFO* signature, unsigned char* buffer, std::size_t size) {
  const auto& wanted = *static_cast<Wanteds*>(dkim_get_user_context(dkim));
  for (const Wanted& one : wanted) {
    if (one.signature != signature) continue;
    if (one.record.size() >= size) return DKIM_CBSTAT_NOTFOUND;
    std::memcpy(buffer, one.record.c_str(), one.record.size() + 1);
    return DKIM_CBSTAT_CONTINUE;
  }
  return DKIM_CBSTAT_NOTFOUND;
}

DKIM_LIB* make_library() {
  DKIM_LIB* library = dkim_init(nullptr, nullptr);
  runtime::check(library != nullptr, "libopendkim starts");
  // A signature that it finds fault with must not shift the places of those behind it.
  unsigned flags = DKIM_LIBFLAGS_BADSIGHANDLES;
  std::uint64_t drift = kAnyTime;
  const DKIM_STAT set_flags =
      dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags, sizeof flags);
  const DKIM_STAT set_drift =
      dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_CLOCKDRIFT, &drift, sizeof drift);
  // We say which keys are too short.
  unsigned bits = 0;
  const DKIM_STAT set_bits =
      dkim_options(library, DKIM_OP_SETOPT, DKIM_OPTS_MINKEYBITS, &bits, sizeof bits);
  const DKIM_STAT set_screen = dkim_set_prescreen(library, &tie);
  const DKIM_STAT set_keys = dkim_set_key_lookup(library, &give_key);
  runtime::check(set_flags == DKIM_STAT_OK && set_drift == DKIM_STAT_OK &&
                     set_bits == DKIM_STAT_OK && set_screen == DKIM_STAT_OK &&
                     set_keys == DKIM_STAT_OK,
                 "libopendkim takes its options");
  return library;
}

// Its options never change after this, so threads share it. Never closed: messages refer to it.
DKIM_LIB* library() {
  static DKIM_LIB* const the_library = make_library();
  return the_library;
}

}  // namespace

OpendkimMessage::OpendkimMessage() : state_(std::make_unique<State>()) {
  DKIM_STAT status = DKIM_STAT_OK;
  const auto* id = reinterpret_cast<const unsigned char*>("message");
  state_->dkim = dkim_verify(library(), id, nullptr, &status);
  runtime::check(state_->dkim != nullptr, "libopendkim has memory");
}

OpendkimMessage::~OpendkimMessage() { dkim_free(state_->dkim); }

bool OpendkimMessage::begin(const std::vector<Field>& fields) {
  dkim_set_user_context(state_->dkim, &state_->wanted);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    if (field.octets.empty()) continue;
    // What it refuses is no field, and no signature can have named it.
    dkim_header(state_->dkim, octets_of(field.octets), field.octets.size());
    if (field.key) {
      const std::string type = field.is_ed25519 ? "ed25519" : "rsa";
      state_->wanted.push_back({i, "k=" + type + "; p=" + *field.key, nullptr});
    }
  }
  dkim_header(state_->dkim, octets_of(kUnnameableField), kUnnameableField.size());
  state_->usable = dkim_eoh(state_->dkim) == DKIM_STAT_OK;
  return state_->usable;
}

bool OpendkimMessage::body(std::string_view piece) {
  if (!state_->usable || piece.empty()) return state_->usable;
  state_->usable = dkim_body(state_->dkim, octets_of(piece), piece.size()) == DKIM_STAT_OK;
  return state_->usable;
}

bool OpendkimMessage::end() {
  if (!state_->usable) return false;
  // What it returns speaks of one signature only; findings are asked for one by one.
  dkim_eom(state_->dkim, nullptr);
  state_->ended = true;
  return true;
}

OpendkimMessage::Finding OpendkimMessage::finding(std::size_t index) const {
  const Wanted* one = state_->of_field(index);
  if (!state_->ended || one == nullptr || one->signature == nullptr) return Finding::unprocessed;
  const bool fits = (dkim_sig_getflags(one->signature) & DKIM_SIGFLAG_PASSED) != 0;
  const int error = dkim_sig_geterror(one->signature);
  const int body_hash = dkim_sig_getbh(one->signature);
  if (error == DKIM_SIGERROR_OK && fits && body_hash == DKIM_SIGBH_MATCH) return Finding::holds;
  if (error == DKIM_SIGERROR_KEYDECODE) return Finding::bad_key;
  if (error != DKIM_SIGERROR_BADSIG) return Finding::unprocessed;
  return fits ? Finding::body_differs : Finding::header_differs;
}

unsigned OpendkimMessage::rsa_bits(std::size_t index) const {
  const Wanted* one = state_->of_field(index);
  unsigned bits = 0;
  if (one == nullptr || one->signature == nullptr) return 0;
  return dkim_sig_getkeysize(one->signature, &bits) == DKIM_STAT_OK ? bits : 0;
}

}  // namespace waybill::relay::trust::dkim
