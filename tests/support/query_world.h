// QueryWorld: views in memory, folded from events that a test makes up, and the API asked over them
// without a socket. A world has one partition of the log; several of them are a cluster
// (WorldPeers).
#pragma once

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "http/health.h"
#include "projector/memory_view_store.h"
#include "projector/projector.h"
#include "query/partition_list.h"
#include "query/routes.h"
#include "runtime/clock.h"
#include "tests/support/event_log.h"
#include "tests/support/http_world.h"

namespace waybill::tests {

class QueryWorld : public HttpWorld {
 public:
  explicit QueryWorld(std::uint32_t partition = 0)
      : partition_(partition),
        projector_(*projector::Projector::open(store_, partition)),
        history_(store_),
        at_once_(store_.at_once()) {}

  // Of one copy (tests/support/event_log.h), `minutes` before kNow.
  static schemas::Event accepted(int minutes, unsigned message = 1, unsigned delivery = 1) {
    schemas::Event out = tests::accepted(copy(message, delivery), 2048);
    out.mutable_accepted()->set_rfc5322_message_id("<one@example.com>");
    return before_now(minutes, std::move(out));
  }
  static schemas::Event deferred(int minutes, unsigned message = 1, unsigned delivery = 1) {
    return before_now(minutes, tests::deferred(copy(message, delivery)));
  }
  static schemas::Event forwarded(int minutes, unsigned message = 1, unsigned delivery = 1) {
    return before_now(minutes, tests::forwarded(copy(message, delivery)));
  }
  // By our policy, before a target was chosen.
  static schemas::Event rejected(int minutes, unsigned message = 1) {
    Copy refused = copy(message, 0);
    refused.target.clear();
    return before_now(minutes, tests::rejected(refused, schemas::pb::VERDICT_BY_POLICY));
  }

  void fold(schemas::Event event) {
    event.set_node("mx1");
    event.set_node_seq(++seq_);
    event.set_event_id(message_id(seq_).bytes());
    std::vector<ingest::LogRecord> records(1);
    records[0].partition = partition_;
    records[0].offset = projector_->progress().next_offset;
    records[0].value = event.SerializeAsString();
    ASSERT_TRUE(projector_->project(records));
  }

  query::Sources sources() {
    query::Sources out;
    out.partitions = {{partition_, &history_, &at_once_, [this] { return freshness(); }}};
    out.partition_count = partition_count_;
    out.peers = peers_;
    out.clock = &clock();
    out.rules = {"next-hop", "spam", "unknown-alias"};
    // Domains of ours: one that folds case and tag, and one that does neither.
    out.local_parts = [](const std::string& domain) -> std::optional<query::LocalParts> {
      if (domain == "example.org") return query::LocalParts{schemas::LocalPartCase::fold, '+'};
      if (domain == "exact.example") return query::LocalParts{schemas::LocalPartCase::keep, {}};
      return std::nullopt;
    };
    return out;
  }

  http::Router router() override { return router(sources()); }
  // Of a world that is guarded, with what other nodes ask.
  http::Router router(query::Sources sources) {
    http::Router out = HttpWorld::router();
    if (guarded()) query::add_node_routes(out, sources);
    query::add_routes(out, std::move(sources));
    return out;
  }

  query::Freshness freshness() {
    query::Freshness out;
    if (!log_in_reach_) return out;
    out.lag = health().lag.value_or(0);
    if (out.lag == 0) out.complete_at = clock().wall();
    return out;
  }
  // From now on nobody here knows how far the log goes.
  void lose_the_log() { log_in_reach_ = false; }

  // The log has `count` partitions; those that are not here are with `peers`, if anywhere.
  void join(std::uint32_t count, query::Peers* peers) {
    partition_count_ = count;
    peers_ = peers;
  }
  projector::MemoryViewStore& store() { return store_; }

 private:
  static Copy copy(unsigned message, unsigned delivery) {
    return {.alias = "sales@example.org",
            .sender = "ann@example.com",
            .target = "bob@example.net",
            .domain = "example.org",
            .message = message,
            .delivery = delivery};
  }
  static schemas::Event before_now(int minutes, schemas::Event event) {
    event.set_occurred_at(schemas::nanoseconds(kNow - std::chrono::minutes(minutes)));
    return event;
  }

  std::uint32_t partition_;
  std::uint32_t partition_count_ = 1;
  query::Peers* peers_ = nullptr;
  projector::MemoryViewStore store_;
  std::unique_ptr<projector::Projector> projector_;
  projector::History history_;
  projector::History at_once_;
  unsigned seq_ = 0;
  bool log_in_reach_ = true;
};

// The nodes of a cluster, a partition each: asked as over HTTP, without a socket. What a test lays
// down in `instead` is answered in the node's place.
class WorldPeers final : public query::Peers {
 public:
  void add(std::uint32_t partition, QueryWorld& world) { worlds_[partition] = &world; }

  void ask(const query::PeerQuestion& question, const query::TakeAnswer& take) override {
    asked.push_back(question.partitions);
    traces.push_back(question.trace);
    for (const std::uint32_t partition : question.partitions) {
      query::PeerAnswer answer;
      answer.partitions = {partition};
      if (const auto laid = instead.find(partition); laid != instead.end()) {
        answer.status = laid->second.status;
        answer.body = laid->second.body;
      } else if (const auto world = worlds_.find(partition); world != worlds_.end()) {
        http::Head head;
        head.method = "GET";
        head.target = question.target;
        head.fields = {{"traceparent", question.trace},
                       {query::kPartitionsField, query::write_partitions({partition})}};
        const auto response = world->second->ask(std::move(head));
        answer.status = response.status;
        answer.body = response.body;
      } else {
        continue;
      }
      take(answer);
    }
  }

  std::map<std::uint32_t, http::Response> instead;
  std::vector<std::vector<std::uint32_t>> asked;
  std::vector<std::string> traces;

 private:
  std::map<std::uint32_t, QueryWorld*> worlds_;
};

}  // namespace waybill::tests
