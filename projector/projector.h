// Projector: folds one partition of the log into one ViewStore, exactly once in effect.
//
// For each run of records it applies one WriteBatch: the raw event under its index in the archive,
// the rows of every view, the greatest node_seq of each journal, the next index and the log offset
// to go on from. A record whose number is not above that of its journal is looked for in the
// archive (seen_events.h) and skipped if it is there: a log that lost records and got them again
// brings some late, and nothing is dropped that is not there. A record that does not decode is
// counted, passed to on_undecodable, kept in the archive under its index, and folds to nothing. If
// two journals of one node take turns, two relays share its name: an error is logged once.
// One thread, and the only writer of its store. The store and the views outlive it.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/event_stream.h"
#include "projector/positions.h"
#include "projector/rows/view.h"
#include "projector/rows/view_store.h"
#include "projector/seen_events.h"

namespace waybill::projector {

class Fold;

// When a store whose views are of another layout, or whose rebuild was cut off, is folded anew.
enum class FoldAnew : std::uint8_t {
  at_open,  // which takes its time
  // By Projector::rebuild(), before anything is projected. So is a store the end of whose archive
  // cannot be read, which is Errc::corrupt otherwise.
  later,
};

// Gets (events done, events in all); false ends the rebuild, Errc::closed.
using RebuildProgress = std::function<bool(std::uint64_t done, std::uint64_t all)>;

struct RebuildHelp {
  RebuildProgress progress;  // may be empty
  // The record that stood under an index of the archive, where something else has it; may be empty.
  std::function<runtime::Result<std::string>(schemas::EventIndex)> elsewhere;
};

class Projector {
 public:
  // Reads where the store stands. Errc::corrupt if what the store says makes no sense.
  static runtime::Result<std::unique_ptr<Projector>> open(ViewStore& store, std::uint32_t partition,
                                                          FoldAnew when = FoldAnew::at_open);
  ~Projector();

  // Its views answer nothing and take nothing until rebuild() has given success.
  bool needs_rebuild() const { return needs_rebuild_; }
  runtime::Result<void> rebuild(const RebuildHelp& help);

  const Progress& progress() const { return progress_; }

  // Folds `records`, which follow progress().next_offset without a gap (records below it are
  // skipped; a gap, or another partition's record, is Errc::corrupt), and applies them as one
  // batch. After an error nothing of them may be taken as folded; the next call asks the store
  // where it stands.
  runtime::Result<void> project(const std::vector<ingest::LogRecord>& records);

  // After an error: has the store take writes again, and asks it where it stands. An error: not
  // yet.
  runtime::Result<void> resume();

  // The log does not go on from progress().next_offset: it lost what was there, and may have been
  // written anew (StreamFailure::cut). Goes back to an earlier place that it was read at; what
  // comes from there on is taken if it is not in the archive. False: there is no earlier one.
  bool go_back();

  // The name of the log that is read (EventStream::log_id), once it is known.
  void set_log_id(std::string id);
  const std::string& log_id() const { return log_id_; }

  // Called with each record that does not decode before its batch is applied, so that none is
  // missed; after a crash perhaps again.
  void on_undecodable(std::function<void(const ingest::LogRecord&)> tell) {
    on_undecodable_ = std::move(tell);
  }

  // Events whose number was not above their journal's and that were new, since open().
  std::uint64_t late() const { return late_; }
  // Times that a node went back to a journal that another one had followed, since open().
  std::uint64_t shared_names() const { return shared_names_; }

  // Since open().
  std::uint64_t undecodable() const { return undecodable_; }

 private:
  struct Journal {
    std::uint32_t id = 0;
    schemas::SequenceNumber last;
    bool changed = false;
  };
  struct Node {
    std::vector<Journal> journals;         // few
    std::optional<std::uint32_t> writing;  // which one its newest event came from
    bool told = false;                     // that its name is shared was logged
    Journal* find(std::uint32_t id);
  };

  Projector(ViewStore& store, std::uint32_t partition);
  runtime::Result<void> load();
  runtime::Result<void> take(const ingest::LogRecord& record, Progress& progress);
  runtime::Result<SeenEvents::Answer> seen_before(const schemas::Event& event);
  void note_writer(const schemas::Event& event, Node& node);
  void tell_of_a_shared_name(const schemas::Event& event);
  void mark(const Progress& progress);
  runtime::Result<void> apply(const Progress& progress);

  ViewStore& store_;
  std::uint32_t partition_;
  Progress progress_;
  std::map<std::string, Node, std::less<>> nodes_;
  std::vector<LogMark> marks_;  // ascending
  std::string log_id_;
  bool log_id_changed_ = false;
  std::unique_ptr<Fold> fold_;
  schemas::Event event_;  // both kept for their memory
  std::string archived_;
  std::function<void(const ingest::LogRecord&)> on_undecodable_;
  SeenEvents seen_;
  std::uint64_t late_ = 0;
  std::uint64_t shared_names_ = 0;
  std::uint64_t undecodable_ = 0;
  std::uint64_t undecodable_in_batch_ = 0;
  bool loaded_ = false;
  bool needs_rebuild_ = false;
};

// Drops every view table and folds the archive again, all of which is read before anything is
// dropped. `help.progress` is asked about every 10,000 events and at the end. A rebuild cut off is
// done again when the store is next folded into. What of the archive cannot be read is taken from
// `help.elsewhere`, or left out: a hole (archive/archive_holes.h). No other may write to the store
// meanwhile.
runtime::Result<void> rebuild_views(ViewStore& store, std::uint32_t partition,
                                    const RebuildHelp& help);

// The same into `target`, an empty store, archive and positions with it; `source` is only read, and
// damaged octets stay behind there.
runtime::Result<void> rebuild_into(const ViewStore& source, ViewStore& target,
                                   std::uint32_t partition, const RebuildHelp& help);

// SHA-256 over every row of every view table in order (table name, key and value, each with its
// length), as hex. Two stores that have folded the same log give the same.
runtime::Result<std::string> digest_views(const ViewStore& store);

}  // namespace waybill::projector
