// Positions: the rows of `meta`, which say what the other tables are.
//
//   "layout"    layout 4 | partition 4: of the view tables' rows; layout 0 while they are being
//               rebuilt
//   "progress"  next_offset 8 | next_index 8 | as_of 8 | SHA-256 of the last record 32, which a
//               store of an earlier release does not have yet
//   "node/" N   seq 8: the greatest number taken of node N from a journal without an id; an earlier
//               release wrote the time of the newest event, 8 octets, behind it
//   "log"       the name of the log that the position is in; absent where logs have none
//   "mark/" offset 8
//               SHA-256 of the record before it: where the log was read, for a log that was cut
//   "journal/" id 4 N
//               seq 8: the same of the journal with that id
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "projector/rows/view_store.h"
#include "runtime/result.h"
#include "runtime/time.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

// Raised with every change to the keys or values of a view table: a store of another layout is
// folded anew when it is opened.
inline constexpr std::uint32_t kViewLayout = 12;
inline constexpr std::uint32_t kLayoutBeingRebuilt = 0;

struct Layout {
  std::uint32_t layout = kLayoutBeingRebuilt;
  std::uint32_t partition = 0;
};
void put_layout(WriteBatch& batch, const Layout& layout);
// Errc::not_found in a store that was never written.
runtime::Result<Layout> read_layout(const ViewReader& store);
inline constexpr std::string_view kLayoutKey = "layout";
// Of its row. Errc::corrupt.
runtime::Result<Layout> layout_of(std::string_view row);

// How far a partition's views are. Written in the same batch as the rows.
struct Progress {
  schemas::LogOffset next_offset;  // to be read next
  schemas::EventIndex next_index;  // of the next event kept
  runtime::WallTime as_of{};       // occurred_at of the newest event folded; never goes back
  // SHA-256 of the record at next_offset - 1, 32 octets; empty: not known. It tells a log that was
  // truncated and written anew from the one that was read.
  std::string last_digest;
};

void put_progress(WriteBatch& batch, const Progress& progress);
runtime::Result<Progress> read_progress(const ViewReader& store);

// A place that the log was read at. Those that are kept are the denser the closer to its end.
struct LogMark {
  schemas::LogOffset offset;  // of the record to be read next
  std::string digest;         // of the one before it
};

void put_mark(WriteBatch& batch, const LogMark& mark);
void erase_mark(WriteBatch& batch, schemas::LogOffset offset);
// Ascending.
runtime::Result<std::vector<LogMark>> read_marks(const ViewReader& store);

void put_log_id(WriteBatch& batch, std::string_view id);
// Empty: not known.
runtime::Result<std::string> read_log_id(const ViewReader& store);

// The greatest number taken of one journal of a node. A record above it is new. One that is not
// above it is a repeat, or it comes late, in a log that had lost it: the archive knows.
struct LastSeen {
  std::string node;
  std::uint32_t journal = 0;  // Event.journal
  schemas::SequenceNumber seq;
};

void put_last_seen(WriteBatch& batch, const LastSeen& last);
runtime::Result<std::vector<LastSeen>> read_last_seen(const ViewReader& store);

}  // namespace waybill::projector
