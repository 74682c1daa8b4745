#include "app/cluster/remote_return_paths.h"

#include "runtime/log.h"

namespace waybill::app {

using relay::returnpath::ReturnPath;
using relay::returnpath::ReturnPathDirectory;
using relay::returnpath::TokenFacts;
using relay::returnpath::TurnHolder;
using runtime::Errc;
using runtime::Instant;
using runtime::Result;
using runtime::Task;
using std::chrono::milliseconds;

namespace {

// Of the time there is, so that an answer which says "not yet" still comes back.
constexpr milliseconds kForTheWay{500};
constexpr milliseconds kGiveBackTime{1'000};

class Directory final : public ReturnPathDirectory {
 public:
  Directory(ClusterParts parts, runtime::Workers& workers, runtime::Clock& clock)
      : parts_(std::move(parts)), workers_(workers), clock_(clock) {}

  Task<Result<ReturnPath>> find(TokenFacts token, Instant deadline) override {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock_.now());
    auto job = [this, token, left] { return ask(token, left); };
    co_return co_await runtime::run_on(workers_, std::move(job));
  }

  Task<Result<TurnHolder>> take_turn(TokenFacts token, Instant deadline) override {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock_.now());
    auto job = [this, token, left] { return ask_for_turn("POST", token, left); };
    co_return co_await runtime::run_on(workers_, std::move(job));
  }

  Task<void> give_turn_back(TokenFacts token) override {
    auto job = [this, token] { return ask_for_turn("DELETE", token, kGiveBackTime); };
    // Where it does not get through the turn ends by itself.
    const auto given = co_await runtime::run_on(workers_, std::move(job));
    (void)given;
  }

 private:
  Result<TurnHolder> ask_for_turn(const char* method, const TokenFacts& token, milliseconds left) {
    const auto keeper =
        owner_of(parts_.board, token.partition, parts_.self, Choice::the_same_for_all);
    if (!keeper) return make_error_code(Errc::unreachable);
    runtime::HttpRequest request;
    request.base = keeper->address();
    request.method = method;
    request.target = "/v1/return-paths/" + token.delivery.text() +
                     "/turn?holder=" + runtime::percent_encode(parts_.self);
    request.fields = {{"Authorization", parts_.secret.authorization()}};
    auto answer = parts_.http.ask(request, left);
    // A connection kept from before may have been closed; asking twice is the same as once.
    if (!answer && answer.error() == Errc::closed) answer = parts_.http.ask(request, left);
    if (!answer) return answer.error();
    if (answer->status == 200) return TurnHolder::us;
    if (answer->status == 409) return TurnHolder::another;
    return make_error_code(Errc::temporary);
  }

  Result<ReturnPath> ask(const TokenFacts& token, milliseconds left) {
    const auto owner = owner_of(parts_.board, token.partition, parts_.self);
    if (!owner) {
      runtime::log(runtime::Level::warn, "app", "nobody says to have that partition's views",
                   {{"partition", std::uint64_t{token.partition}}});
      return make_error_code(Errc::unreachable);
    }
    const milliseconds within = std::max(left - kForTheWay, milliseconds(0));
    runtime::HttpRequest request;
    request.base = owner->address();
    request.target = "/v1/return-paths/" + token.delivery.text() +
                     "?partition=" + std::to_string(token.partition) +
                     "&within=" + std::to_string(within.count());
    request.fields = {{"Authorization", parts_.secret.authorization()}};
    const auto answer = parts_.http.ask(request, left);
    if (!answer) return unanswered(*owner, answer.error().message(), answer.error());
    if (answer->status == 200) {
      auto path = parse_return_path(answer->body);
      if (path) return path;
      return unanswered(*owner, "what it says is no return path", path.error());
    }
    // A relay's journal may have what the log has not.
    if (answer->status == 404) return make_error_code(Errc::not_found);
    return unanswered(*owner, "status " + std::to_string(answer->status),
                      make_error_code(Errc::temporary));
  }

  static runtime::Error unanswered(const ingest::NodeState& owner, const std::string& why,
                                   const runtime::Error& error) {
    runtime::log(runtime::Level::warn, "app", "whose a return path is was not answered",
                 {{"node", owner.node()}, {"why", why}});
    return error;
  }

  const ClusterParts parts_;
  runtime::Workers& workers_;
  runtime::Clock& clock_;
};

}  // namespace

std::unique_ptr<ReturnPathDirectory> remote_return_paths(ClusterParts parts,
                                                         runtime::Workers& workers,
                                                         runtime::Clock& clock) {
  return std::make_unique<Directory>(std::move(parts), workers, clock);
}

}  // namespace waybill::app
