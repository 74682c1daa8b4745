#include "app/roles/http_server.h"

#include <gtest/gtest.h>

#include "runtime/asio_clock.h"

namespace waybill::app {
namespace {

// What http/exposure.h says is asked by the server itself, before anything is bound.
TEST(HttpServerTest, ListensBeyondLoopbackForNobodyWithoutASecret) {
  runtime::AsioClock clock;
  runtime::Metrics metrics;
  const auto workers = runtime::thread_workers("wb-test", 1, 1);
  const auto start = [&](const char* address) {
    HttpSettings settings;
    settings.listen = {boost::asio::ip::make_address(address), 0};
    http::ServerParts parts;
    parts.workers = workers.get();
    parts.clock = &clock;
    parts.metrics = &metrics;
    return HttpServer::start(settings, http::Router(), std::move(parts));
  };
  const auto refused = start("0.0.0.0");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, runtime::Errc::invalid);
  EXPECT_TRUE(start("127.0.0.1"));
}

}  // namespace
}  // namespace waybill::app
