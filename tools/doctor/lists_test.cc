#include "tools/doctor/lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "tests/support/findings_of.h"
#include "tests/support/run_virtual.h"
#include "tests/support/zone_resolver.h"

namespace waybill::tools::doctor {
namespace {

using testing::ElementsAre;
using testing::StartsWith;
using tests::lines_of;

runtime::Task<int> look(runtime::dns::Resolver& resolver, std::vector<ListFacts>& lists,
                        runtime::Instant deadline) {
  co_await look_at_lists(resolver, lists, deadline);
  co_return 0;
}

TEST(DoctorListsTest, SaysOfEachWhetherItTells) {
  tests::VirtualClock clock;
  tests::ZoneResolver resolver(clock,
                               "2.0.0.127.good.test. A 127.0.0.2\n"
                               "2.0.0.127.world.test. A 127.0.0.2\n"
                               "1.0.0.127.world.test. A 127.0.0.2\n"
                               "2.0.0.127.closed.test. A 127.255.255.254\n"
                               "1.0.0.127.closed.test. A 127.255.255.254\n");
  resolver.silence("2.0.0.127.gone.test");
  std::vector<ListFacts> all;
  for (const char* zone : {"good.test", "world.test", "closed.test", "none.test", "gone.test"}) {
    relay::door::DnsList list;
    list.zone = zone;
    all.push_back({list, {}, {}});
  }
  boost::asio::io_context io;
  tests::run_virtual(io, clock, look(resolver, all, clock.now() + std::chrono::seconds(5)));
  EXPECT_THAT(lines_of(judge_lists(all)),
              ElementsAre("fine good.test: tells", StartsWith("wrong world.test: names 127.0.0"),
                          StartsWith("warning closed.test: answers 127.255.255.254"),
                          StartsWith("warning none.test: does not name 127.0.0.2"),
                          StartsWith("warning gone.test: gives no answer")));
}

}  // namespace
}  // namespace waybill::tools::doctor
