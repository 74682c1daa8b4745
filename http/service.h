// Service: every question of the API from its method and target to its answer: who asks is decided
// (principals.h), the answer is put on record (access_log.h), counted and timed. Knows nothing of
// connections.
//
//   waybill_http_requests_total{route,status}  by template and status class ("2xx")
//   waybill_http_request_seconds{route}        the time to the answer
//
// A stream counts when it begins (open_streams.h). `route` is "none" where no template matched, and
// the address asked for is in no label.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "http/access_log.h"
#include "http/codec.h"
#include "http/open_streams.h"
#include "http/principals.h"
#include "http/problem.h"
#include "http/router.h"
#include "runtime/chance.h"
#include "runtime/metrics.h"
#include "runtime/permits.h"
#include "runtime/secret_file.h"
#include "runtime/task.h"
#include "runtime/time.h"
#include "runtime/workers.h"

namespace waybill::http {

// What the server asks of the rest of the process; all outlive it.
struct ServerParts {
  runtime::Workers* workers = nullptr;  // for Reads
  // For RemoteReads; null: `workers`.
  runtime::Workers* remote_workers = nullptr;
  // For Pulls, which come again and again: of their own, so that no question waits behind them.
  runtime::Workers* stream_workers = nullptr;
  // For those of a Follower that wait for other servers; null: `stream_workers`.
  runtime::Workers* remote_stream_workers = nullptr;
  runtime::Clock* clock = nullptr;
  runtime::Chance* chance = nullptr;
  runtime::Metrics* metrics = nullptr;
  // Who asks, on routes that ask for a scope.
  Principals* principals = nullptr;
  // Null: answers are not put on record.
  AccessLog* access = nullptr;
  // The bearer token that every request must carry (RFC 6750 2.1); nullopt: requests need none.
  std::optional<runtime::SharedSecret> secret{};
};

// Streams at one time; above, 503. Each holds a connection and a piece: 1,024 of 64 KiB, if all of
// them are slow at once, are 64 MiB.
inline constexpr std::uint32_t kMaxStreams = 1024;
// Where a process may open few descriptors, which its other work needs.
inline constexpr std::uint32_t kFewStreams = 32;

// Of answers that wait for their clients to read them, all together: a client that asks and does
// not read must not cost the process its memory. Above, 503. Answers of kSmallAnswer octets and
// less, health among them, are not counted: connections bound them.
inline constexpr std::uint64_t kAnswersUnderWay = 64 << 20;
inline constexpr std::size_t kSmallAnswer = 64 << 10;

using Answered = std::variant<Response, std::unique_ptr<OpenStream>>;

// What all seats of a server have in common: its routes, what they ask of the process, and the
// bounds on all of them together. Any thread.
class House {
 public:
  // What `parts` points to outlives it.
  House(Router router, ServerParts parts, std::uint32_t max_streams);

  const Router& router() const { return router_; }
  const ServerParts& parts() const { return parts_; }

  runtime::Permits& streams() { return streams_; }
  std::uint64_t open_streams() const { return max_streams_ - streams_.free(); }

  // Room for an answer until it is out; nullopt: there is none, and too_many_answers() is said.
  std::optional<runtime::Permits::Held> hold(const Response& response) {
    return answers_.try_take(response.body.size() > kSmallAnswer ? response.body.size() : 0);
  }

  // Of an answer on the route of that template; "none" is one.
  void count(const std::string& route, unsigned status);
  void time(const std::string& route, double seconds);

 private:
  // Of one route, by the status's class, 1 to 5.
  struct Meters {
    runtime::Histogram* seconds = nullptr;
    std::array<std::atomic<runtime::Counter*>, 6> answers{};
  };
  void add_meters(const std::string& route);

  const Router router_;
  const ServerParts parts_;
  const std::uint32_t max_streams_;
  std::map<std::string, Meters> meters_;  // all of them from the start
  runtime::Permits streams_;
  runtime::Permits answers_{kAnswersUnderWay};
};

// One thread's.
class Service {
 public:
  explicit Service(std::shared_ptr<House> house);
  // In a house of its own.
  Service(Router router, ServerParts parts, std::uint32_t max_streams = kFewStreams)
      : Service(std::make_shared<House>(std::move(router), std::move(parts), max_streams)) {}

  // Any well-formed request. Reads run on the workers; when their queue is full the answer is 503
  // at once.
  runtime::Task<Answered> answer(Head head, Client client = {});

  // A request that did not get as far as a method and a target. Counted.
  Response refuse(const Problem& problem);

  std::optional<runtime::Permits::Held> hold(const Response& response) {
    return house_->hold(response);
  }
  static Response too_many_answers();

  const Router& router() const { return house_->router(); }
  OpenStreams& streams() { return streams_; }

 private:
  std::variant<Problem, Router::Match> route(const Head& head, Request& request) const;
  std::optional<Problem> admit(const Head& head, Request& request) const;
  std::optional<Problem> judge(const Router::Route& route, Request& request) const;
  bool goes_on_record(const Router::Route& route) const {
    return route.needs.on_record && parts_.access != nullptr;
  }
  runtime::Task<Answer> plan_and_carry_out(const Router::Route& route, Request& request);
  runtime::Task<Answer> on_record(const Router::Route& route, const Request& request,
                                  Answer answer);
  runtime::Task<Answer> carry_out(Plan plan);
  runtime::Task<Answer> read_on(runtime::Workers& workers, Read read);
  Answered open(Answer answer, const std::string& route);

  const std::shared_ptr<House> house_;
  const ServerParts& parts_;
  OpenStreams streams_;
};

}  // namespace waybill::http
