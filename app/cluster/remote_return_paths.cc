#include "app/cluster/remote_return_paths.h"

#include "app/cluster/owner_chain.h"
#include "app/cluster/publish_wait.h"
#include "runtime/clock.h"
#include "runtime/hex.h"
#include "runtime/log.h"
#include "runtime/run_until.h"

namespace waybill::app {

using ingest::NodeState;
using relay::returnpath::ReturnPathDirectory;
using relay::returnpath::TokenFacts;
using relay::returnpath::TurnHolder;
using runtime::Errc;
using runtime::HttpAnswer;
using runtime::HttpRequest;
using runtime::Instant;
using runtime::percent_encode;
using runtime::Result;
using runtime::Task;
using schemas::ReturnPath;
using std::chrono::milliseconds;

namespace {

// Of the time there is, so that an answer which says "not yet" still comes back.
constexpr milliseconds kForTheWayOfPaths{500};
// A delivery's id is made when its message's transaction begins; its acceptance, of another relay,
// may be on the way to the log still, or linger there (kafka.linger).
constexpr std::chrono::hours kMaybeOnTheWay{1};

class Directory final : public ReturnPathDirectory {
 public:
  Directory(ClusterParts parts, OwnJournal own, runtime::Workers& workers, runtime::Clock& clock)
      : parts_(std::move(parts)), own_(std::move(own)), workers_(workers), clock_(clock) {}

  Task<Result<ReturnPath>> find(TokenFacts token, Instant deadline) override {
    const bool published = co_await own_published(own_, clock_, deadline);
    if (!published) co_return make_error_code(Errc::timeout);
    auto job = [this, token, deadline] { return ask(token, left_until(deadline)); };
    auto found = co_await runtime::run_on_until(workers_, clock_, deadline, std::move(job));
    const bool absent = !found && found.error() == Errc::not_found;
    if (absent && clock_.wall() - time_of(token.delivery) < kMaybeOnTheWay) {
      co_return make_error_code(Errc::temporary);
    }
    co_return found;
  }

  Task<Result<TurnHolder>> take_turn(TokenFacts token, Instant deadline) override {
    auto job = [this, token, deadline] {
      return ask_for_turn("POST", token, left_until(deadline));
    };
    co_return co_await runtime::run_on_until(workers_, clock_, deadline, std::move(job));
  }

  Task<void> give_turn_back(TokenFacts token) override {
    // Not before others can see what this relay has recorded; where that takes long the turn ends
    // by itself.
    const bool published = co_await own_published(own_, clock_, clock_.now() + kPublishTime);
    if (!published) co_return;
    auto job = [this, token] { return ask_for_turn("DELETE", token, kGiveBackTime); };
    // Where it does not get through the turn ends by itself.
    const auto given = co_await runtime::run_on(workers_, std::move(job));
    (void)given;
  }

 private:
  // When the job runs, which may be long after it was given.
  milliseconds left_until(Instant deadline) const {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock_.now());
    return std::max(left, milliseconds(0));
  }

  Result<TurnHolder> ask_for_turn(const char* method, const TokenFacts& token, milliseconds left) {
    auto keepers = owners_of(parts_.board, token.partition, parts_.self, Choice::the_same_for_all);
    Result<TurnHolder> out = make_error_code(Errc::unreachable);
    OwnerChain chain(
        parts_.silent, parts_.clock, std::move(keepers),
        [&](const NodeState& keeper, Instant) {
          HttpRequest request =
              request_to(keeper, token, "/turn?holder=" + percent_encode(parts_.self));
          request.method = method;
          request.repeatable = true;
          return request;
        },
        [&out](const NodeState&, const Result<HttpAnswer>& answer) {
          out = holder_of(answer);
          return out.has_value();
        });
    parts_.http.follow_all({&chain}, left);
    return out;
  }

  static Result<TurnHolder> holder_of(const Result<HttpAnswer>& answer) {
    if (!answer) return answer.error();
    if (answer->status == 200) return TurnHolder::us;
    if (answer->status == 409) return TurnHolder::another;
    return make_error_code(Errc::temporary);
  }

  HttpRequest request_to(const NodeState& owner, const TokenFacts& token,
                         const std::string& rest) const {
    HttpRequest request;
    request.base = owner.address();
    request.target = "/v1/return-paths/" + token.delivery.text() + rest;
    request.fields = {{"Authorization", parts_.secret.authorization()}};
    return request;
  }

  Result<ReturnPath> ask(const TokenFacts& token, milliseconds left) {
    if (left == milliseconds(0)) return make_error_code(Errc::timeout);
    auto owners = owners_of(parts_.board, token.partition, parts_.self);
    if (owners.empty()) {
      runtime::log(runtime::Level::warn, "app", "nobody says to have that partition's views",
                   {{"partition", std::uint64_t{token.partition}}});
    }
    Result<ReturnPath> out = make_error_code(Errc::unreachable);
    OwnerChain chain(
        parts_.silent, parts_.clock, std::move(owners),
        [&](const NodeState& owner, Instant until) {
          const milliseconds within =
              std::max(left_until(until) - kForTheWayOfPaths, milliseconds(0));
          return request_to(owner, token,
                            "?partition=" + std::to_string(token.partition) +
                                "&within=" + std::to_string(within.count()));
        },
        [&out](const NodeState& owner, const Result<HttpAnswer>& answer) {
          out = path_of(owner, answer);
          return out.has_value() || out.error() == Errc::not_found;
        });
    parts_.http.follow_all({&chain}, left);
    return out;
  }

  // A relay's journal may have what the log has not.
  static Result<ReturnPath> path_of(const NodeState& owner, const Result<HttpAnswer>& answer) {
    if (!answer) return unanswered(owner, answer.error().message(), answer.error());
    if (answer->status == 404) return make_error_code(Errc::not_found);
    if (answer->status != 200) {
      return unanswered(owner, "status " + std::to_string(answer->status),
                        make_error_code(Errc::temporary));
    }
    auto path = schemas::return_path_from_json(answer->body);
    if (path) return path;
    return unanswered(owner, "what it says is no return path", path.error());
  }

  static runtime::Error unanswered(const ingest::NodeState& owner, const std::string& why,
                                   const runtime::Error& error) {
    runtime::log(runtime::Level::warn, "app", "whose a return path is was not answered",
                 {{"node", owner.node()}, {"why", why}});
    return error;
  }

  const ClusterParts parts_;
  const OwnJournal own_;
  runtime::Workers& workers_;
  runtime::Clock& clock_;
};

}  // namespace

std::unique_ptr<ReturnPathDirectory> remote_return_paths(ClusterParts parts, OwnJournal own,
                                                         runtime::Workers& workers,
                                                         runtime::Clock& clock) {
  return std::make_unique<Directory>(std::move(parts), std::move(own), workers, clock);
}

}  // namespace waybill::app
