#include "app/roles/greylist_memory.h"

#include <gtest/gtest.h>

#include "ingest/memory_journal_store.h"
#include "schemas/event.h"

namespace waybill::app {
namespace {

using namespace std::chrono_literals;
using relay::door::greylist_key;

constexpr runtime::WallTime kBegun{1'700'000'000s};

schemas::Event event_at(runtime::WallTime at, const char* sender) {
  schemas::Event event;
  event.set_occurred_at(static_cast<std::uint64_t>(at.time_since_epoch().count()));
  event.set_client_ip("192.0.2.1");
  event.set_sender(sender);
  return event;
}

std::string key(const char* domain) {
  return greylist_key(boost::asio::ip::make_address("192.0.2.1"), domain);
}

TEST(GreylistMemoryTest, IsWhatTheJournalHasOfThoseThatCameBefore) {
  ingest::MemoryJournalStore store;
  ingest::JournalWrite write;
  write.first_seq = store.end_seq();
  const auto add = [&](const schemas::Event& event) {
    write.records.push_back(event.SerializeAsString());
  };
  schemas::Event put_off = event_at(kBegun, "ann@once.test");
  put_off.mutable_deferred()->set_rule("greylist");
  add(put_off);
  schemas::Event other = event_at(kBegun, "ann@busy.test");
  other.mutable_deferred()->set_rule("next-hop-busy");
  add(other);
  schemas::Event taken = event_at(kBegun, "ann@taken.test");
  taken.mutable_accepted();
  add(taken);
  schemas::Event report = event_at(kBegun, "ann@reporter.test");
  report.mutable_accepted();
  report.set_reported_delivery_id("0123456789abcdef");
  add(report);
  schemas::Event null_sender = event_at(kBegun, "");
  null_sender.mutable_accepted();
  add(null_sender);
  write.records.emplace_back("no event");
  ASSERT_TRUE(store.commit(write));

  relay::door::Greylist greylist{relay::door::DoorSettings{}};
  ASSERT_TRUE(learn_greylist(store, greylist));
  EXPECT_EQ(greylist.waits(key("once.test"), kBegun + 100s), 200s);
  EXPECT_EQ(greylist.waits(key("once.test"), kBegun + 300s), std::nullopt);
  EXPECT_EQ(greylist.waits(key("busy.test"), kBegun + 300s), 300s);
  EXPECT_EQ(greylist.waits(key("taken.test"), kBegun + 24h), std::nullopt);
  EXPECT_EQ(greylist.waits(key("reporter.test"), kBegun + 24h), 300s);
  EXPECT_EQ(greylist.waits(key(""), kBegun + 24h), std::nullopt);
}

}  // namespace
}  // namespace waybill::app
