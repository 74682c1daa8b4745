#include "runtime/name_lookup.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>

#include "runtime/clock.h"
#include "tests/support/run_task.h"

namespace waybill::runtime {
namespace {

using boost::asio::ip::make_address;

Result<std::vector<IpAddress>> look_up_now(const std::string& host, Duration time) {
  boost::asio::io_context io;
  return tests::run_task(io, look_up(host, std::chrono::steady_clock::now() + time));
}

TEST(NameLookupTest, AnAddressIsItsOwnAnswer) {
  for (const std::string text : {"127.0.0.1", "2001:db8::1"}) {
    const auto found = look_up_now(text, Duration::zero());
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(*found, std::vector<IpAddress>(1, make_address(text)));
  }
}

TEST(NameLookupTest, ANameOfTheHostsFileHasItsAddresses) {
  const auto found = look_up_now("localhost", std::chrono::seconds(10));
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_NE(std::find(found->begin(), found->end(), make_address("127.0.0.1")), found->end());
}

TEST(NameLookupTest, ANameThatCannotBeIsUnreachable) {
  const auto found = look_up_now("no..such", std::chrono::seconds(10));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error(), Errc::unreachable);
}

// The resolver answers later, when nobody is there any more.
TEST(NameLookupTest, ALookUpThatIsLeftAloneEndsWell) {
  for (int round = 0; round < 50; ++round) {
    const auto found = look_up_now("localhost", -std::chrono::seconds(1));
    EXPECT_TRUE(found || found.error() == Errc::timeout);
  }
}

TEST(NameLookupTest, TheWaitForTheResolverEndsAtItsDeadline) {
  const int silent = ::eventfd(0, EFD_CLOEXEC);
  const Instant deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(30);
  boost::asio::io_context io;
  const auto answered = tests::run_task(io, readable(silent, deadline));
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error(), Errc::timeout);
  EXPECT_GE(std::chrono::steady_clock::now(), deadline);
  ASSERT_EQ(::eventfd_write(silent, 1), 0);
  EXPECT_TRUE(tests::run_task(io, readable(silent, Instant::max())));
  ::close(silent);
}

}  // namespace
}  // namespace waybill::runtime
