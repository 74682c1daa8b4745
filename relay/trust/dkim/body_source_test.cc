#include "relay/trust/dkim/body_source.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/run_task.h"

namespace waybill::relay::trust::dkim {
namespace {

std::string all_of(boost::asio::io_context& io, BodySource& body) {
  std::string out;
  while (true) {
    const auto piece = tests::run_task(io, body.next());
    EXPECT_TRUE(piece.has_value());
    if (!piece || piece->empty()) return out;
    out += *piece;
  }
}

TEST(SpoolBody, GivesWhatStandsBehindTheHeader) {
  const std::string header = "From: ann@origin.test\r\n\r\n";
  std::string body;
  while (body.size() < (1 << 20)) body += "a line of " + std::to_string(body.size()) + "\r\n";
  const auto workers = runtime::inline_workers();
  runtime::Permits file_octets(1 << 24);
  for (const std::uint64_t memory : {1 << 24, 1000, 1}) {
    boost::asio::io_context io;
    message::SpoolSettings settings;
    settings.directory = "/tmp";
    settings.memory_octets = memory;
    settings.workers = workers.get();
    settings.file_octets = &file_octets;
    message::Spool spool(settings);
    const std::string octets = header + body;
    ASSERT_TRUE(tests::run_task(io, spool.append(octets)).has_value());
    SpoolBody source(spool, header.size());
    EXPECT_EQ(all_of(io, source), body);
    SpoolBody nothing(spool, spool.size());
    EXPECT_EQ(all_of(io, nothing), "");
  }
}

}  // namespace
}  // namespace waybill::relay::trust::dkim
