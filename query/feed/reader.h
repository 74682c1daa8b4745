// Reader: one reader of the feed: the events of the log in order, from a place on, as they come.
//
// It reads from the views' archive, so that a reader who is slow or comes late costs nothing but
// his own reads. Each partition's events come in their order; partitions take turns.
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
#include "query/feed/place.h"
#include "runtime/clock.h"
#include "runtime/time.h"

namespace waybill::query::feed {

// How a line looks: JSON a line, or Server-Sent Events (WHATWG HTML 9.2), whose `id` is the cursor
// and whose `event` is the kind.
enum class Form { ndjson, sse };

inline constexpr std::string_view kNdjsonType = "application/x-ndjson";
inline constexpr std::string_view kSseType = "text/event-stream";

// A partition that is in this process. What is pointed to outlives the reader.
struct Partition {
  std::uint32_t number = 0;
  std::shared_ptr<const projector::Archive> archive;
  projector::ArchiveEnd* end = nullptr;
  // Events in the log and not yet in the views; nullopt: nobody here knows. Any thread.
  std::function<std::optional<std::uint64_t>()> lag;
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
static_assert(kSignEvery < http::StreamLimits{}.idle);

class Reader final : public http::Follower {
 public:
  // `partitions`: all of the log, ascending from 0. `clock` outlives it.
  Reader(std::vector<Partition> partitions, Wish wish, runtime::Clock& clock);

  http::Piece pull() override;
  bool ready() override;
  runtime::Task<void> wait(runtime::Instant until) override;
  void cancel() noexcept override { news_.cancel(); }

 private:
  bool behind() const;
  bool is_over() const;
  bool time_is_up() const;
  const Partition* next_behind();
  runtime::Result<void> read_from(const Partition& partition, std::string& out);
  runtime::Result<schemas::EventIndex> skip_hole(const Partition& partition, std::string& out);
  void take(const Partition& partition, const projector::ArchivedRecord& record, std::string& out);
  void say(std::string_view kind, std::string_view member, std::string_view json,
           std::string& out) const;
  void sign(std::string& out);

  const std::vector<Partition> partitions_;
  const Wish wish_;
  runtime::Clock& clock_;
  const runtime::Instant ends_;
  Place place_;
  runtime::Instant sign_at_;
  std::vector<std::optional<projector::ArchiveHoles>> holes_;  // by partition, once it was looked
  std::size_t turn_ = 0;
  std::uint64_t given_ = 0;
  std::size_t looked_at_ = 0;  // events, in this pull()
  bool begun_ = false;
  bool done_ = false;
  projector::ArchiveWait news_;
};

}  // namespace waybill::query::feed
