// Job: an export that somebody asked for, and how far it is. A value; its file beside the result
// has it as JSON, so that it outlives the process.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "query/exports/order.h"
#include "runtime/time.h"
#include "schemas/principal.h"

namespace waybill::query::exports {

// Words of the API.
enum class State : std::uint8_t {
  waiting,  // for its turn, for room on the disk, or for views that are folded anew
  running,
  paused,  // somebody said so
  done,    // its file can be fetched
  failed,
};
inline constexpr std::string_view kStates[] = {"waiting", "running", "paused", "done", "failed"};
inline std::string_view word_of(State state) { return kStates[static_cast<std::size_t>(state)]; }

struct Job {
  std::string id{};  // a UUIDv7
  Order order{};
  std::string principal{};  // who asked, as the record of it has them
  std::string reason{};
  runtime::WallTime created_at{};
  State state = State::waiting;
  std::string why{};            // of one that waits for something, or failed
  std::uint64_t looked_at = 0;  // events, of `of`
  std::uint64_t of = 0;
  std::uint64_t count = 0;    // events that are in it
  std::uint64_t octets = 0;   // of the file
  std::string file_sha256{};  // hex, of the file's octets; empty until it is done
  std::string sha256{};       // hex, as its end has it; empty until it is done
  std::optional<runtime::WallTime> finished_at{};
  std::optional<runtime::WallTime> expires_at{};  // when its file goes

  bool is_over() const { return state == State::done || state == State::failed; }
  // Who may see it: who may see all that is in it, and may read such events.
  bool shows_to(const schemas::Principal& asker) const;
};

std::string file_name(const Job& job);  // "export-ID.ndjson.gz"

// The whole of it, for its file; and what the API tells that asker. The principal, the reason and
// the address are told to the principal, and to those with the scope `access`.
boost::json::object to_json(const Job& job);
boost::json::object shown(const Job& job, const schemas::Principal& asker);
// Errc::invalid: it is none, and why.
runtime::Explained<Job> job_of(std::string_view text);

}  // namespace waybill::query::exports
