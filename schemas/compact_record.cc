#include "schemas/compact_record.h"

#include <optional>

#include "schemas/compact_numbers.h"
#include "schemas/lean_record.h"
#include "schemas/left_out.h"
#include "schemas/record_form.h"

namespace waybill::schemas {
namespace {

using runtime::Errc;
using runtime::Result;

// Beside those of left_out.h and compact_numbers.h.
enum Kept : std::uint64_t {
  kNodeSeq = 1 << 7,
  kJournal = 1 << 18,
  kLean = 1 << 20,
};

static_assert(std::uint64_t{kNodeSeq} == kFirstFree);

constexpr char kCompact = 7;
constexpr char kAsIs = 6;

// The octets behind the mark of a record that stands as it is; nullopt: it does not.
std::optional<std::string_view> as_is(std::string_view octets) {
  if (!octets.empty() && octets.front() == kCompact) return std::nullopt;
  const bool marked = !octets.empty() && octets.front() == kAsIs;
  return octets.substr(marked ? 1 : 0);
}

// Of a record that does not stand as it is; gives what was left out of it.
Result<std::uint64_t> restore_from(std::string_view octets, Event& out) {
  octets.remove_prefix(1);
  std::uint64_t left_out = 0;
  std::uint64_t journal = 0;
  std::uint64_t node_seq = 0;
  CompactNumbers numbers;
  const bool whole =
      take_varint(octets, left_out) && (!(left_out & kJournal) || take_varint(octets, journal)) &&
      (!(left_out & kNodeSeq) || take_varint(octets, node_seq)) &&
      take_numbers(octets, left_out, numbers) &&
      out.ParseFromArray(octets.data(), static_cast<int>(octets.size())) &&
      put_back(numbers, left_out, out) && put_back_first(out, left_out) && put_back(out, left_out);
  if (!whole) return make_error_code(Errc::corrupt);
  if (left_out & kNodeSeq) out.set_node_seq(node_seq);
  if (left_out & kJournal) out.set_journal(static_cast<std::uint32_t>(journal));
  return left_out;
}

}  // namespace

void append_as_is(std::string_view record, std::string& out) {
  if (!record.empty() && (record.front() == kAsIs || record.front() == kCompact)) out += kAsIs;
  out += record;
}

void append_compact(std::string_view record, Event& event, std::string& out) {
  const std::uint64_t lean = event.left_out();
  if (lean != 0 && leave_out_for_log(event) != lean) return append_as_is(record, out);
  const Form form = form_of(record, event);
  if (form == Form::other) return append_as_is(record, out);
  thread_local std::string numbers;
  numbers.clear();
  std::uint64_t left_out = lean != 0 ? lean | kLean : leave_out(event);
  event.clear_left_out();
  if (form == Form::identity) {
    left_out |= kJournal;
    append_varint(numbers, event.journal());
  }
  if (form == Form::identity || form == Form::node_seq) {
    left_out |= kNodeSeq;
    append_varint(numbers, event.node_seq());
  }
  clear_end(event, form);
  left_out |= move_numbers(event, numbers);
  out += kCompact;
  append_varint(out, left_out);
  out += numbers;
  event.AppendToString(&out);
}

Result<void> read_compact(std::string_view octets, Event& out) {
  if (const auto whole = as_is(octets)) {
    if (!read_record(*whole, out)) return make_error_code(Errc::corrupt);
    out.clear_left_out();
    return {};
  }
  const auto restored = restore_from(octets, out);
  if (!restored) return restored.error();
  return {};
}

Result<std::string> record_of_compact(std::string_view octets) {
  if (const auto whole = as_is(octets)) return std::string(*whole);
  Event event;
  const auto left_out = restore_from(octets, event);
  if (!left_out) return left_out.error();
  const Form form = (*left_out & kJournal)   ? Form::identity
                    : (*left_out & kNodeSeq) ? Form::node_seq
                                             : Form::nothing;
  if (*left_out & kLean) {
    const std::uint64_t lean = leave_out_for_log(event);
    if (lean != (*left_out & kLeftOutForLog)) return make_error_code(Errc::corrupt);
    event.set_left_out(static_cast<std::uint32_t>(lean));
  }
  std::string record;
  append_record(event, form, record);
  return record;
}

}  // namespace waybill::schemas
