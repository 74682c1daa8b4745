#include "query/exports/exporter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <sstream>

#include "runtime/hex.h"
#include "tests/support/archive_part.h"
#include "tests/support/event_log.h"
#include "tests/support/ordinals.h"

namespace waybill::query::exports {
namespace {

using namespace schemas::ordinal_literals;
using runtime::Errc;
using tests::ArchivePart;
using tests::Copy;

schemas::Event accepted(const char* alias, const char* domain, unsigned message = 1) {
  return tests::accepted({.alias = alias, .domain = domain, .message = message});
}

class ExporterTest : public testing::Test {
 protected:
  std::vector<Partition> partitions() {
    std::vector<Partition> out;
    for (std::uint32_t i = 0; i < parts_.size(); ++i) {
      ArchivePart& part = parts_[i];
      out.push_back({i, std::make_shared<projector::Archive>(part.store),
                     [&part] { return part.end.index(); }});
    }
    return out;
  }
  Order all(Format format = Format::ndjson) {
    Order out;
    out.filter.sight = schemas::Sight::all();
    out.format = format;
    for (const ArchivePart& part : parts_) out.until.push_back(part.end.index());
    return out;
  }
  std::string text_of(const Order& order) {
    Exporter exporter(partitions(), order);
    std::string out;
    for (;;) {
      const auto piece = exporter.next();
      EXPECT_TRUE(piece) << piece.error().message();
      if (!piece || !*piece) break;
      out += **piece;
    }
    EXPECT_EQ(exporter.looked_at(), exporter.of());
    return out;
  }
  static std::vector<boost::json::object> lines_of(const std::string& text) {
    std::vector<boost::json::object> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      out.push_back(boost::json::parse(line).as_object());
    }
    return out;
  }
  // "partition.index" of each event.
  static std::string places(const std::vector<boost::json::object>& lines) {
    std::string out;
    for (const auto& line : lines) {
      if (!line.contains("kind")) continue;
      out += std::to_string(line.at("partition").to_number<int>()) + "." +
             std::to_string(line.at("index").to_number<int>()) + " ";
    }
    return out;
  }

  std::array<ArchivePart, 2> parts_;
};

TEST_F(ExporterTest, AnEmptyLogIsAnEndAlone) {
  const auto lines = lines_of(text_of(all()));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("end").at("count").to_number<int>(), 0);
  EXPECT_FALSE(lines[0].at("end").as_object().contains("first"));
}

TEST_F(ExporterTest, EveryEventComesOnceInTheLogsOrder) {
  for (int i = 0; i < 3; ++i) parts_[0].add(accepted("a@x.test", "x.test"));
  for (int i = 0; i < 2; ++i) parts_[1].add(accepted("b@x.test", "x.test"));
  const auto lines = lines_of(text_of(all()));
  EXPECT_EQ(places(lines), "0.0 0.1 0.2 1.0 1.1 ");
  const auto& end = lines.back().at("end");
  EXPECT_EQ(end.at("count").to_number<int>(), 5);
  EXPECT_EQ(end.at("first").at("time"), lines[0].at("occurred_at"));
  EXPECT_EQ(end.at("last").at("index").to_number<int>(), 1);
}

TEST_F(ExporterTest, TheEndHasTheHashOfAllBeforeIt) {
  for (int i = 0; i < 2'500; ++i) parts_[0].add(accepted("a@x.test", "x.test"));
  for (const Format format : {Format::ndjson, Format::csv}) {
    const std::string text = text_of(all(format));
    const std::size_t last = text.rfind('\n', text.size() - 2) + 1;
    const std::string hash = runtime::hex(runtime::sha256(text.substr(0, last)));
    EXPECT_NE(text.substr(last).find(hash), std::string::npos) << text.substr(last);
  }
}

TEST_F(ExporterTest, WhatComesLaterIsNotInIt) {
  parts_[0].add(accepted("a@x.test", "x.test"));
  const Order order = all();
  const std::string before = text_of(order);
  parts_[0].add(accepted("b@x.test", "x.test"));
  EXPECT_EQ(text_of(order), before) << "the same order gives the same octets";
}

TEST_F(ExporterTest, OnlyWhatIsInSightIsInIt) {
  parts_[0].add(accepted("a@x.test", "x.test"));
  parts_[0].add(accepted("a@y.test", "y.test"));
  Order order = all();
  order.filter.sight = schemas::Sight::of({"y.test"});
  const std::string text = text_of(order);
  EXPECT_EQ(places(lines_of(text)), "0.1 ");
  EXPECT_EQ(text.find("a@x.test"), std::string::npos);
}

TEST_F(ExporterTest, TimesAreFromTheFirstOnAndBelowTheLast) {
  for (int i = 0; i < 4; ++i) parts_[0].add(accepted("a@x.test", "x.test"));
  std::vector<runtime::WallTime> times;
  for (const auto& line : lines_of(text_of(all()))) {
    if (!line.contains("occurred_at")) continue;
    times.push_back(*schemas::parse_rfc3339(line.at("occurred_at").as_string()));
  }
  ASSERT_EQ(times.size(), 4U);
  Order order = all();
  order.from = times[1];
  order.to = times[3];
  EXPECT_EQ(places(lines_of(text_of(order))), "0.1 0.2 ");
}

TEST_F(ExporterTest, WhatIsLostForGoodIsTold) {
  for (int i = 0; i < 5; ++i) parts_[0].add(accepted("a@x.test", "x.test"));
  parts_[0].lose(1, 3, true);
  const auto lines = lines_of(text_of(all()));
  EXPECT_EQ(places(lines), "0.0 0.3 0.4 ");
  ASSERT_TRUE(lines[1].contains("gap"));
  EXPECT_EQ(lines[1].at("gap").at("from").to_number<int>(), 1);
  EXPECT_EQ(lines[1].at("gap").at("to").to_number<int>(), 3);
  EXPECT_EQ(lines.back().at("end").at("gaps").to_number<int>(), 1);
}

TEST_F(ExporterTest, WhatIsLostAndNotKnownToBeIsAnError) {
  for (int i = 0; i < 5; ++i) parts_[0].add(accepted("a@x.test", "x.test"));
  parts_[0].lose(1, 3, false);
  Exporter exporter(partitions(), all());
  const auto piece = exporter.next();
  ASSERT_FALSE(piece);
  EXPECT_EQ(piece.error(), Errc::corrupt);
}

TEST_F(ExporterTest, ViewsThatAreFoldedAnewAreWaitedFor) {
  parts_[0].add(accepted("a@x.test", "x.test"));
  Order order = all();
  order.until[0] = 2_index;
  Exporter exporter(partitions(), order);
  const auto first = exporter.next();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ(places(lines_of(**first)), "0.0 ");
  const auto none = exporter.next();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error(), Errc::temporary);
  parts_[0].add(accepted("b@x.test", "x.test"));
  const auto rest = exporter.next();
  ASSERT_TRUE(rest && *rest);
  EXPECT_EQ(places(lines_of(**rest)), "0.1 ");
}

// A record of the log that is no event is in no history.
TEST_F(ExporterTest, WhatIsNoEventIsLeftOut) {
  parts_[0].add(accepted("a@x.test", "x.test"));
  parts_[0].add_raw("no event");
  parts_[0].add(accepted("b@x.test", "x.test"));
  EXPECT_EQ(places(lines_of(text_of(all()))), "0.0 0.2 ");
}

TEST_F(ExporterTest, ACsvHasARowOfEqualLengthForEach) {
  parts_[0].add(accepted("=cmd|' /C calc'!A0@x.test", "x.test"));
  parts_[0].add(tests::forwarded({.alias = "a@x.test", .domain = "x.test"}));
  std::istringstream text(text_of(all(Format::csv)));
  std::vector<std::string> rows;
  for (std::string row; std::getline(text, row);) rows.push_back(row);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].substr(0, 29), "row,partition,index,time,kind");
  EXPECT_EQ(rows[1].substr(0, 6), "1,0,0,");
  EXPECT_NE(rows[1].find(",'=cmd|"), std::string::npos) << "no spreadsheet runs it: " << rows[1];
  EXPECT_EQ(rows[3].substr(0, 4), "end,");
  const auto commas = std::count(rows[0].begin(), rows[0].end(), ',');
  EXPECT_EQ(std::count(rows[2].begin(), rows[2].end(), ','), commas);
  for (const std::string& row : rows) EXPECT_EQ(row.back(), '\r');
}

}  // namespace
}  // namespace waybill::query::exports
