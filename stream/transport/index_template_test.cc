#include "stream/transport/index_template.h"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <set>

namespace waybill::stream {
namespace {

namespace json = boost::json;

constexpr SearchProduct kProducts[] = {SearchProduct::elasticsearch, SearchProduct::opensearch};

void types_in(const json::value& value, std::set<std::string>& out) {
  if (!value.is_object()) return;
  const json::object& object = value.as_object();
  const json::value* const type = object.if_contains("type");
  if (type != nullptr && type->is_string()) out.insert(std::string(type->as_string()));
  for (const auto& [name, member] : object) types_in(member, out);
}

// In OpenSearch 2.19 and in Elasticsearch 9 alike.
TEST(IndexTemplateTest, HasTheTypesThatBothProductsKnow) {
  for (const SearchProduct product : kProducts) {
    const json::value all = json::parse(index_template(product));
    std::set<std::string> types;
    types_in(all.at("template").at("mappings").at("properties"), types);
    EXPECT_EQ(types, (std::set<std::string>{"boolean", "date", "double", "ip", "keyword", "long",
                                            "wildcard"}));
    EXPECT_EQ(all.at("priority").as_int64(), 500);
    EXPECT_FALSE(all.at("template").at("mappings").at("dynamic").as_bool());
    EXPECT_TRUE(all.at("data_stream").is_object());
  }
}

TEST(IndexTemplateTest, NoFieldHasTwoTypes) {
  const std::string text = index_template(SearchProduct::opensearch);
  const json::value all = json::parse(text);
  const auto& fields = all.at("template").at("mappings").at("properties").as_object();
  // The parser keeps one of two.
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = text.find("\": {\"type\":", at)) != std::string::npos; ++at)
    ++lines;
  EXPECT_EQ(lines, fields.size());
  EXPECT_LT(fields.size(), 300u) << "objects count too, and 400 are allowed";
  for (const char* const name : {"@timestamp", "event.id", "waybill.spam_symbols", "source.ip"}) {
    EXPECT_TRUE(fields.contains(name)) << name;
  }
}

TEST(IndexTemplateTest, OnlyElasticsearchIsToldOfIlm) {
  for (const SearchProduct product : kProducts) {
    const bool elastic = product == SearchProduct::elasticsearch;
    const std::string text = index_template(product);
    EXPECT_EQ(text.find("index.lifecycle.name") != std::string::npos, elastic);
    const json::value policy = json::parse(lifecycle_policy(product));
    EXPECT_EQ(policy.at("policy").as_object().contains("phases"), elastic);
    EXPECT_EQ(policy.at("policy").as_object().contains("states"), !elastic);
  }
}

}  // namespace
}  // namespace waybill::stream
