#include "app/cluster/remote_tries.h"

#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "app/cluster/owner_chain.h"
#include "app/cluster/publish_wait.h"
#include "runtime/clock.h"
#include "runtime/hex.h"
#include "runtime/log.h"
#include "runtime/run_until.h"
#include "schemas/limits.h"

namespace waybill::app {

namespace json = boost::json;
using ingest::NodeState;
using relay::plan::Loan;
using relay::returnpath::TurnHolder;
using runtime::HttpAnswer;
using runtime::HttpRequest;
using runtime::Instant;
using runtime::Result;
using runtime::Task;
using schemas::DeliveryId;
using std::chrono::milliseconds;

namespace {

// Of the time there is, so that an answer which says "not yet" still comes back.
constexpr milliseconds kForTheWayOfTries{200};
constexpr std::chrono::seconds kReadTime{2};

class RemoteLoans final : public relay::plan::Loans {
 public:
  RemoteLoans(ClusterParts parts, OwnJournal own, runtime::Workers& workers, runtime::Clock& clock)
      : parts_(std::move(parts)), own_(std::move(own)), workers_(workers), clock_(clock) {}

  Loan of(const DeliveryId& delivery, std::uint32_t partition) override {
    return {delivery, partition, parts_.self + "/" + std::to_string(++loans_)};
  }

  // What this relay itself has on record of the delivery is to be seen first.
  Task<bool> take(Loan loan, Instant deadline) override {
    const bool published = co_await own_published(own_, clock_, deadline);
    if (!published) co_return false;
    auto job = [this, loan = std::move(loan), deadline] {
      return ask("POST", loan, deadline - clock_.now());
    };
    const auto ours = co_await runtime::run_on_until(workers_, clock_, deadline, std::move(job));
    co_return ours.has_value() && ours.value() == TurnHolder::us;
  }

  Task<void> give_back(Loan loan) override {
    const bool published = co_await own_published(own_, clock_, clock_.now() + kPublishTime);
    if (!published) co_return;
    auto job = [this, loan = std::move(loan)] { return ask("DELETE", loan, kGiveBackTime); };
    // Where it does not get through the turn ends by itself.
    const auto given = co_await runtime::run_on(workers_, std::move(job));
    (void)given;
  }

 private:
  Result<TurnHolder> ask(const char* method, const Loan& loan, runtime::Duration time) {
    const auto left = std::chrono::duration_cast<milliseconds>(time);
    Result<TurnHolder> out = make_error_code(runtime::Errc::unreachable);
    if (left <= milliseconds(0)) return out;
    OwnerChain chain(
        parts_.silent, parts_.clock,
        owners_of(parts_.board, loan.partition, parts_.self, Choice::the_same_for_all),
        [&](const NodeState& owner, Instant until) {
          const auto within = std::chrono::duration_cast<milliseconds>(until - parts_.clock.now());
          HttpRequest request;
          request.base = owner.address();
          request.target =
              "/v1/tries/" + loan.delivery.text() +
              "/turn?partition=" + std::to_string(loan.partition) +
              "&holder=" + runtime::percent_encode(parts_.self) + "&within=" +
              std::to_string(std::max(within - kForTheWayOfTries, milliseconds(0)).count());
          request.fields = {{"Authorization", parts_.secret.authorization()}};
          request.method = method;
          request.repeatable = true;
          return request;
        },
        [&out](const NodeState&, const Result<HttpAnswer>& answer) {
          if (!answer || (answer->status != 200 && answer->status != 409)) return false;
          out = answer->status == 200 ? TurnHolder::us : TurnHolder::another;
          return true;
        });
    parts_.http.follow_all({&chain}, left);
    return out;
  }

  const ClusterParts parts_;
  const OwnJournal own_;
  runtime::Workers& workers_;
  runtime::Clock& clock_;
  std::atomic<std::uint64_t> loans_{0};
};

std::optional<std::uint64_t> number_at(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64() && value->as_int64() >= 0) {
    return static_cast<std::uint64_t>(value->as_int64());
  }
  return value->is_uint64() ? std::optional(value->as_uint64()) : std::nullopt;
}

}  // namespace

std::unique_ptr<relay::plan::Loans> remote_loans(ClusterParts parts, OwnJournal own,
                                                 runtime::Workers& workers, runtime::Clock& clock) {
  return std::make_unique<RemoteLoans>(std::move(parts), std::move(own), workers, clock);
}

RemoteTries::RemoteTries(ClusterParts parts, std::uint32_t partitions, runtime::WallTime since)
    : parts_(std::move(parts)) {
  const auto hours = std::chrono::floor<std::chrono::hours>(since.time_since_epoch());
  begin_.hour = static_cast<std::uint64_t>(hours.count());
  for (std::uint32_t partition = 0; partition < partitions; ++partition) {
    places_[partition] = Place{{}, begin_};
  }
}

bool RemoteTries::read(const Hear& hear) {
  bool more = false;
  std::vector<std::unique_ptr<OwnerChain>> chains;
  std::vector<runtime::HttpChain*> all;
  for (auto& known : places_) {
    const std::uint32_t partition = known.first;
    Place& place = known.second;
    auto owners = owners_of(parts_.board, partition, parts_.self, Choice::the_same_for_all);
    if (owners.empty()) continue;
    chains.push_back(std::make_unique<OwnerChain>(
        parts_.silent, parts_.clock, std::move(owners),
        [this, partition, &place](const NodeState& owner, Instant) {
          return request_to(owner, partition, place);
        },
        [&place, &hear, &more](const NodeState& owner, const Result<HttpAnswer>& answer) {
          return take(owner, answer, hear, place, more);
        }));
    all.push_back(chains.back().get());
  }
  if (!all.empty()) parts_.http.follow_all(all, kReadTime);
  return more;
}

// The indexes of an archive are its own: another owner is asked from the beginning.
HttpRequest RemoteTries::request_to(const NodeState& owner, std::uint32_t partition,
                                    const Place& place) const {
  const projector::TriesPlace from = owner.node() == place.owner ? place.at : begin_;
  HttpRequest request;
  request.base = owner.address();
  request.target = "/v1/tries?partition=" + std::to_string(partition) +
                   "&hour=" + std::to_string(from.hour) +
                   "&index=" + std::to_string(from.index.value());
  request.fields = {{"Authorization", parts_.secret.authorization()}};
  return request;
}

bool RemoteTries::take(const NodeState& owner, const Result<HttpAnswer>& answer, const Hear& hear,
                       Place& place, bool& more) {
  // An owner of an older release knows no tries; another one may.
  if (!answer || answer->status != 200) return false;
  boost::system::error_code failed;
  const json::value said = json::parse(answer->body, failed);
  const auto* const object = failed ? nullptr : said.if_object();
  if (object == nullptr) return false;
  const auto hour = number_at(*object, "hour");
  const auto index = number_at(*object, "index");
  const auto* const events = object->if_contains("events");
  const auto* const goes_on = object->if_contains("more");
  if (!hour || !index || events == nullptr || !events->is_array()) return false;
  for (const json::value& one : events->as_array()) {
    const auto event = schemas::event_from_json(json::serialize(one));
    // One that a newer release wrote is not understood.
    if (event) hear(*event);
  }
  place = {owner.node(), {*hour, schemas::EventIndex(*index)}};
  more = more || (goes_on != nullptr && goes_on->is_bool() && goes_on->as_bool());
  return true;
}

}  // namespace waybill::app
