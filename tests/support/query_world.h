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
#include "tests/support/http_world.h"

namespace waybill::tests {

class QueryWorld : public HttpWorld {
 public:
  explicit QueryWorld(std::uint32_t partition = 0)
      : partition_(partition),
        projector_(*projector::Projector::open(store_, partition)),
        history_(store_) {}

  // An event of `domain` example.org, `minutes` before kNow, with message and delivery ids that end
  // in the two numbers.
  schemas::Event event(int minutes, std::uint8_t message = 1, std::uint8_t delivery = 1) {
    schemas::Event out;
    out.set_event_id(id(static_cast<std::uint8_t>(seq_), 3));
    out.set_occurred_at(schemas::nanoseconds(kNow - std::chrono::minutes(minutes)));
    out.set_node("mx1");
    out.set_domain("example.org");
    out.set_message_id(id(message, 1));
    out.set_delivery_id(id(delivery, 2));
    out.set_alias("sales@example.org");
    out.set_sender("ann@example.com");
    return out;
  }

  static std::string id(std::uint8_t last, std::uint8_t kind) {
    std::string octets("\x01\x95\x00\x00\x00\x00\x70\x00\x80\x00\x00\x00\x00\x00\x00\x00", 16);
    octets[14] = static_cast<char>(kind);
    octets[15] = static_cast<char>(last);
    return octets;
  }

  schemas::Event accepted(int minutes, std::uint8_t message = 1, std::uint8_t delivery = 1) {
    auto out = event(minutes, message, delivery);
    out.clear_delivery_id();
    auto& body = *out.mutable_accepted();
    body.set_size(2048);
    body.set_rfc5322_message_id("<one@example.com>");
    auto& target = *body.add_targets();
    target.set_delivery_id(id(delivery, 2));
    target.set_target("bob@example.net");
    return out;
  }

  schemas::Event forwarded(int minutes, std::uint8_t message = 1, std::uint8_t delivery = 1) {
    auto out = event(minutes, message, delivery);
    auto& body = *out.mutable_forwarded();
    body.set_target("bob@example.net");
    schemas::set_reply(*body.mutable_reply(), {250, "2.0.0", "queued as 4F"});
    return out;
  }

  schemas::Event rejected(int minutes, std::uint8_t message = 1) {
    auto out = event(minutes, message);
    out.clear_delivery_id();
    auto& body = *out.mutable_rejected();
    body.set_stage(schemas::pb::STAGE_RCPT);
    body.set_by(schemas::pb::VERDICT_BY_POLICY);
    body.set_rule("unknown-alias");
    schemas::set_reply(*body.mutable_reply(), {550, "5.1.1", "No such alias"});
    return out;
  }

  void fold(schemas::Event event) {
    event.set_node_seq(++seq_);
    std::vector<ingest::LogRecord> records(1);
    records[0].partition = partition_;
    records[0].offset = projector_->progress().next_offset;
    records[0].value = event.SerializeAsString();
    ASSERT_TRUE(projector_->project(records));
  }

  query::Sources sources() {
    query::Sources out;
    out.partitions = {{partition_, &history_, [this] { return freshness(); }}};
    out.partition_count = partition_count_;
    out.peers = peers_;
    out.clock = &clock();
    out.local_case = [](const std::string& domain) {
      return domain == "example.org" ? schemas::LocalPartCase::fold : schemas::LocalPartCase::keep;
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
    out.lag = health().lag.value_or(0);
    if (out.lag == 0) out.complete_at = clock().wall();
    return out;
  }

  // The log has `count` partitions; those that are not here are with `peers`, if anywhere.
  void join(std::uint32_t count, query::Peers* peers) {
    partition_count_ = count;
    peers_ = peers;
  }
  projector::MemoryViewStore& store() { return store_; }

 private:
  std::uint32_t partition_;
  std::uint32_t partition_count_ = 1;
  query::Peers* peers_ = nullptr;
  projector::MemoryViewStore store_;
  std::unique_ptr<projector::Projector> projector_;
  projector::History history_;
  std::uint64_t seq_ = 0;
};

// The nodes of a cluster, a partition each: asked as over HTTP, without a socket. What a test lays
// down in `instead` is answered in the node's place.
class WorldPeers final : public query::Peers {
 public:
  void add(std::uint32_t partition, QueryWorld& world) { worlds_[partition] = &world; }

  std::vector<query::PeerAnswer> ask(const std::vector<std::uint32_t>& partitions,
                                     const std::string& target, const std::string& trace) override {
    asked.push_back(partitions);
    traces.push_back(trace);
    std::vector<query::PeerAnswer> out;
    for (const std::uint32_t partition : partitions) {
      query::PeerAnswer answer;
      answer.partitions = {partition};
      if (const auto laid = instead.find(partition); laid != instead.end()) {
        answer.status = laid->second.status;
        answer.body = laid->second.body;
      } else if (const auto world = worlds_.find(partition); world != worlds_.end()) {
        http::Head head;
        head.method = "GET";
        head.target = target;
        head.fields = {{"traceparent", trace},
                       {query::kPartitionsField, query::write_partitions({partition})}};
        const auto response = world->second->ask(std::move(head));
        answer.status = response.status;
        answer.body = response.body;
      } else {
        continue;
      }
      out.push_back(std::move(answer));
    }
    return out;
  }

  std::map<std::uint32_t, http::Response> instead;
  std::vector<std::vector<std::uint32_t>> asked;
  std::vector<std::string> traces;

 private:
  std::map<std::uint32_t, QueryWorld*> worlds_;
};

}  // namespace waybill::tests
