// Lines of the feed as a reader is told them, read back from NDJSON.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cstdint>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/http_world.h"

namespace waybill::tests {

struct FeedLine {
  std::string cursor;
  std::string member;
  boost::json::object body;
};

inline std::vector<FeedLine> lines_of(const std::string& piece) {
  std::vector<FeedLine> out;
  std::istringstream text(piece);
  for (std::string line; std::getline(text, line);) {
    const auto object = boost::json::parse(line).as_object();
    EXPECT_EQ(object.size(), 2U) << line;
    FeedLine& added = out.emplace_back();
    for (const auto& [key, value] : object) {
      if (key == "cursor") {
        added.cursor = tests::text(value);
      } else {
        added.member = std::string(key);
        added.body = value.as_object();
      }
    }
  }
  return out;
}

using ToldEvents = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  // partition, index

inline ToldEvents events_of(const std::vector<FeedLine>& lines) {
  ToldEvents out;
  for (const FeedLine& line : lines) {
    if (line.member != "event") continue;
    out.emplace_back(line.body.at("partition").to_number<std::uint64_t>(),
                     line.body.at("index").to_number<std::uint64_t>());
  }
  return out;
}

}  // namespace waybill::tests
