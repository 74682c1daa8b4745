// QueryWorld: views in memory, folded from events that a test makes up, and the API asked over them
// without a socket. Time stands still at kNow until a test moves it. A world has one partition of
// the log; several of them are a cluster (WorldPeers).
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "projector/memory_view_store.h"
#include "projector/projector.h"
#include "query/service.h"
#include "query/trace.h"
#include "runtime/clock.h"

namespace waybill::tests {

inline const runtime::WallTime kNow = *schemas::parse_rfc3339("2026-03-01T12:30:00Z");

class StillClock final : public runtime::Clock {
 public:
  runtime::Instant now() const override { return runtime::Instant(passed_); }
  runtime::WallTime wall() const override { return kNow + passed_; }
  runtime::Task<void> sleep_until(runtime::Instant) override { co_return; }

  void move(runtime::Duration by) { passed_ += by; }

 private:
  runtime::Duration passed_{0};
};

inline runtime::SharedSecret some_secret() {
  std::string path = "/tmp/waybill-secret-XXXXXX";
  const int file = ::mkstemp(path.data());  // readable by its owner alone
  EXPECT_GE(file, 0);
  const std::string_view text = "00112233445566778899aabbccddeeff";
  EXPECT_EQ(::write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(file);
  std::string why;
  auto secret = runtime::SharedSecret::read(path, why);
  EXPECT_TRUE(secret) << why;
  std::remove(path.c_str());
  return *secret;
}

// A pool whose queue is always full.
class FullWorkers final : public runtime::Workers {
 public:
  bool submit(std::function<void()>) override { return false; }
};

class QueryWorld {
 public:
  explicit QueryWorld(std::uint32_t partition = 0)
      : partition_(partition),
        projector_(*projector::Projector::open(store_, partition)),
        history_(store_) {
    health_.ready = true;
  }

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

  query::ServerParts parts() {
    query::ServerParts out;
    out.partitions = {{partition_, &history_, [this] { return freshness(); }}};
    out.partition_count = partition_count_;
    out.peers = peers_;
    out.secret = secret_;
    out.workers = workers_;
    out.clock = &clock_;
    out.metrics = &metrics_;
    out.health = [this] { return health_; };
    out.local_case = [](const std::string& domain) {
      return domain == "example.org" ? schemas::LocalPartCase::fold : schemas::LocalPartCase::keep;
    };
    return out;
  }

  query::Response ask(const std::string& method, const std::string& target) {
    query::Head head;
    head.method = method;
    head.target = target;
    return ask(std::move(head));
  }
  query::Response ask(query::Head head) {
    query::Service service(parts());
    return ask(service, std::move(head));
  }
  static query::Response ask(query::Service& service, query::Head head) {
    boost::asio::io_context context;
    std::optional<query::Response> out;
    boost::asio::co_spawn(context, service.answer(std::move(head)),
                          [&out](std::exception_ptr, query::Response r) { out = std::move(r); });
    context.run();
    return std::move(*out);
  }
  query::Response get(const std::string& target) { return ask("GET", target); }

  // The answer's JSON; the test fails for another status than `status`.
  boost::json::object json(const std::string& target, unsigned status = 200) {
    const auto response = get(target);
    EXPECT_EQ(response.status, status) << target << ": " << response.body;
    return boost::json::parse(response.body).as_object();
  }

  query::Freshness freshness() const {
    query::Freshness out;
    out.lag = health_.lag;
    if (out.lag == 0) out.whole_at = clock_.wall();
    return out;
  }

  // The log has `count` partitions; those that are not here are with `peers`, if anywhere.
  void join(std::uint32_t count, query::Peers* peers) {
    partition_count_ = count;
    peers_ = peers;
  }
  // Other nodes ask, and have to show it.
  void guard() { secret_ = some_secret(); }
  const runtime::SharedSecret& secret() const { return *secret_; }

  query::Health& health() { return health_; }
  StillClock& clock() { return clock_; }
  runtime::Metrics& metrics() { return metrics_; }
  projector::MemoryViewStore& store() { return store_; }
  void use(runtime::Workers& workers) { workers_ = &workers; }

 private:
  std::uint32_t partition_;
  std::uint32_t partition_count_ = 1;
  query::Peers* peers_ = nullptr;
  std::optional<runtime::SharedSecret> secret_;
  projector::MemoryViewStore store_;
  std::unique_ptr<projector::Projector> projector_;
  projector::History history_;
  std::unique_ptr<runtime::Workers> inline_workers_ = runtime::inline_workers();
  runtime::Workers* workers_ = inline_workers_.get();
  StillClock clock_;
  runtime::Metrics metrics_;
  query::Health health_;
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
        query::Head head;
        head.method = "GET";
        head.target = target;
        head.traceparent = trace;
        head.partitions = query::write_partitions({partition});
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

  std::map<std::uint32_t, query::Response> instead;
  std::vector<std::vector<std::uint32_t>> asked;
  std::vector<std::string> traces;

 private:
  std::map<std::uint32_t, QueryWorld*> worlds_;
};

inline std::string text(const boost::json::value& value) { return {value.as_string().c_str()}; }

inline std::string field(const query::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.fields) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace waybill::tests
