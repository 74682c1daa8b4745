#include "http/pulled_source.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <stdexcept>
#include <thread>

#include "tests/support/run_task.h"

namespace waybill::http {
namespace {

using runtime::Errc;

Piece next(Source& source) {
  boost::asio::io_context io;
  // A worker answers from its own thread.
  const auto work = boost::asio::make_work_guard(io);
  return tests::run_task(io, source.next(runtime::Instant::max()));
}

TEST(PulledSourceTest, MakesEachPieceOnAWorkerAndKeepsItsPlace) {
  const auto workers = runtime::thread_workers("test", 1, 4);
  const auto here = std::this_thread::get_id();
  const auto source = pulled_source(
      [here, count = 0]() mutable -> Piece {
        EXPECT_NE(std::this_thread::get_id(), here);
        if (++count > 2) return std::optional<std::string>();
        return std::to_string(count);
      },
      *workers);
  EXPECT_EQ(**next(*source), "1");
  EXPECT_EQ(**next(*source), "2");
  EXPECT_FALSE(next(*source)->has_value());
}

TEST(PulledSourceTest, SaysWhatFailed) {
  const auto workers = runtime::inline_workers();
  const auto failing =
      pulled_source([]() -> Piece { return make_error_code(Errc::corrupt); }, *workers);
  EXPECT_EQ(next(*failing).error(), Errc::corrupt);
  // Only a source that waits says that there is nothing yet.
  const auto late =
      pulled_source([]() -> Piece { return make_error_code(Errc::timeout); }, *workers);
  EXPECT_EQ(next(*late).error(), Errc::io_error);
  const auto throwing = pulled_source([]() -> Piece { throw std::runtime_error("no"); }, *workers);
  EXPECT_EQ(next(*throwing).error(), Errc::io_error);
}

}  // namespace
}  // namespace waybill::http
