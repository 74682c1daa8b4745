// Reader: one reader of the feed: the events of the log in order, from a place on, as they come.
//
// It reads from the views' archive, so that a reader who is slow or comes late costs nothing but
// his own reads. Each partition's events come in their order; partitions take turns. Those that are
// on other nodes it asks their owners for, once it is known that there is something (peer_ends.h),
// and never more at a time than it gives in one piece; a partition that is out of reach is named,
// waited for, and read on from where it was.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/stream.h"
#include "projector/archive/archive.h"
#include "projector/archive/archive_wait.h"
#include "query/feed/filter.h"
#include "query/feed/local_reading.h"
#include "query/feed/peer_ends.h"
#include "query/feed/place.h"
#include "query/feed/share.h"
#include "runtime/clock.h"
#include "runtime/time.h"

namespace waybill::query::feed {

// How a line looks: JSON a line, or Server-Sent Events (WHATWG HTML 9.2), whose `id` is the cursor
// and whose `event` is the kind.
enum class Form { ndjson, sse };

inline constexpr std::string_view kNdjsonType = "application/x-ndjson";
inline constexpr std::string_view kSseType = "text/event-stream";

// What is pointed to outlives the reader.
struct Partition {
  std::uint32_t number = 0;
  std::shared_ptr<const projector::Archive> archive;  // null: it is on other nodes
  projector::ArchiveEnd* end = nullptr;
  // Events in the log and not yet in the views; nullopt: nobody here knows. Any thread.
  std::function<std::optional<std::uint64_t>()> lag;
};

// The partitions that are on other nodes.
struct Elsewhere {
  PeerEnds* ends = nullptr;  // null: there are none; it outlives the reader
  // Asks their owners, and blocks. Gives what they said, of each partition once at most; one of
  // which nobody spoke is out of reach.
  std::function<std::vector<Share>(const ShareQuestion&)> ask{};
};

struct Wish {
  Filter filter{.sight = schemas::Sight::of({})};
  Form form = Form::ndjson;
  Place from{};                          // one index for each partition
  std::optional<std::uint64_t> limit{};  // events, and then the end
  // With it the answer ends as soon as there is nothing more and it has an event, or after so long:
  // a long poll. Without it goes on for kLongest.
  std::optional<runtime::Duration> wait{};
  // Who reads: once that is over (Principal::over) the stream ends. Null: it never is.
  std::shared_ptr<const schemas::Principal> reader{};
};

// A stream ends whole before StreamLimits::whole would cut it; its reader goes on from its cursor.
inline constexpr std::chrono::minutes kLongest{55};
static_assert(kLongest < http::StreamLimits{}.whole);
// How often a reader who gets nothing is told how far the feed is: proxies cut what is silent for
// a minute or half of one.
inline constexpr std::chrono::seconds kSignEvery{15};
// An owner that refused a reader's question (it may be too long, or the owner too busy) is asked
// again after so long.
inline constexpr std::chrono::seconds kRefusedRetry{1};
static_assert(kSignEvery < http::StreamLimits{}.idle);

// What one piece has at least before it is sent, if there is so much: a chunk. Of partitions on
// other nodes this is what all of them are asked for together, and each may have one event more.
inline constexpr std::size_t kPieceOctets = 64 << 10;

class Reader final : public http::Follower {
 public:
  // `partitions`: all of the log, ascending from 0. `clock` outlives it.
  Reader(std::vector<Partition> partitions, Wish wish, runtime::Clock& clock,
         Elsewhere elsewhere = {});

  http::Piece pull() override;
  bool ready() override;
  bool asks_others() override;
  runtime::Task<void> wait(runtime::Instant until) override;
  void cancel() noexcept override { news_.cancel(); }

 private:
  bool is_behind(const Partition& partition) const;
  bool behind() const;
  bool is_over() const;
  bool time_is_up() const;
  bool reach_changed() const;
  void begin_at_ends();
  const Partition* next_behind();
  runtime::Result<void> read_here(std::string& out);
  void ask_owners(std::string& out);
  ShareQuestion next_question();
  void take(const Share& share, std::string& out);
  bool is_held(const Partition& partition) const;
  void hold(std::uint32_t partition, std::string& out);
  bool tell(const Line& line, std::string& out);
  void say(std::string_view kind, std::string_view member, std::string_view json,
           std::string& out) const;
  void sign(std::string& out);

  const std::vector<Partition> partitions_;
  const Wish wish_;
  runtime::Clock& clock_;
  const Elsewhere elsewhere_;
  const runtime::Instant ends_;
  Place place_;
  runtime::Instant sign_at_;
  // By partition: until then its owners, who refused this reader's question, are not asked again.
  std::vector<runtime::Instant> held_until_;
  std::vector<LocalReading> here_;  // by partition; of others they are not used
  std::size_t turn_ = 0;
  std::size_t turn_of_others_ = 0;
  std::uint64_t given_ = 0;
  std::uint64_t reach_ = 0;  // PeerEnds::changes() that were told
  bool asks_ = false;        // the next pull() asks owners
  bool asked_ = false;       // the last one did
  bool begun_ = false;
  bool done_ = false;
  projector::ArchiveWait news_;
};

}  // namespace waybill::query::feed
