// The table against event.proto and against itself: nothing of an event is forgotten, and no two
// fields take one place.
#include "stream/mapping/fields.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "schemas/event_field.h"

namespace waybill::stream {
namespace {

std::vector<std::string> words_of_text(std::string_view text, char between) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(between, from), text.size());
    out.emplace_back(text.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

// "rejected.rule" and "deferred.rule" of "rejected|deferred.rule".
std::vector<std::string> whole_paths(std::string_view source) {
  std::vector<std::string> out;
  for (const std::string& one : words_of_text(source, ' ')) {
    const std::size_t dot = std::min(one.find('.'), one.size());
    for (const std::string& body : words_of_text(one.substr(0, dot), '|')) {
      out.push_back(body + one.substr(dot));
    }
  }
  return out;
}

TEST(FieldsTest, EachFieldOfAnEventIsInTheTableOrNamedAsUnsent) {
  std::set<std::string> named;
  for (const FieldRow& row : field_rows()) {
    for (const std::string& path : whole_paths(row.event)) {
      EXPECT_TRUE(named.insert(path).second) << path << " is the source of two rows";
    }
  }
  const auto unsent = unsent_fields();
  for (const std::string& path : schemas::event_paths()) {
    const bool told = std::any_of(named.begin(), named.end(), [&](const std::string& one) {
      return path == one || path.starts_with(one + '.');
    });
    const bool kept = std::find(unsent.begin(), unsent.end(), path) != unsent.end();
    EXPECT_NE(told, kept) << path << ": a row of the table, or one of unsent_fields()";
  }
}

TEST(FieldsTest, NamesAreDifferent) {
  std::set<std::string_view> names;
  for (const FieldRow& row : field_rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(&row, find_row(row.name));
  }
  EXPECT_EQ(nullptr, find_row("no_such_field"));
}

bool is_list(Form form) {
  return form == Form::in_list || form == Form::email_in_list || form == Form::ip_in_list;
}

// Fields of which an event has at most one, and which may therefore take one place.
bool never_together(Field one, Field other) {
  constexpr std::pair<Field, Field> kEither[] = {
      {Field::receive_to, Field::send_to},
      {Field::reason, Field::purpose},
      {Field::sender, Field::actor},
      {Field::alias, Field::actor},
  };
  return std::any_of(std::begin(kEither), std::end(kEither), [&](const auto& pair) {
    return pair == std::pair(one, other) || pair == std::pair(other, one);
  });
}

TEST(FieldsTest, NoTwoFieldsTakeOnePlaceButTheMembersOfAList) {
  for (const Format format : kFormats) {
    if (format == Format::waybill) continue;
    std::map<std::string, std::pair<Field, Form>> taken;
    for (const FieldRow& row : field_rows()) {
      const Places& places = places_of(row, format);
      for (const Place& place : {places.first, places.second, places.third}) {
        if (!is_somewhere(place)) continue;
        const std::string path = path_of(row, place, format);
        const auto [at, is_new] = taken.try_emplace(path, row.field, place.form);
        if (is_new || never_together(at->second.first, row.field)) continue;
        EXPECT_TRUE(is_list(place.form) && is_list(at->second.second))
            << word(format) << ": " << path << " of " << row.name;
      }
    }
    // No place is a member of another.
    for (const auto& [path, field] : taken) {
      const auto next = taken.upper_bound(path + '.');
      EXPECT_FALSE(is_json(format) && next != taken.end() && next->first.starts_with(path + '.'))
          << word(format) << ": " << next->first << " stands in " << path;
    }
  }
}

TEST(FieldsTest, EachFieldOfAnEventIsInEachRendering) {
  for (const FieldRow& row : field_rows()) {
    if (row.event.empty()) continue;
    for (const Format format : kFormats) {
      if (format == Format::waybill) continue;
      EXPECT_TRUE(is_somewhere(places_of(row, format).first)) << row.name << ' ' << word(format);
    }
  }
}

TEST(FieldsTest, KeysOfOurOwnAreOfTheFormThatCefAsksFor) {
  EXPECT_EQ("WaybillNodeSeq", path_of(row_of(Field::node_seq), kOwn, Format::cef));
  EXPECT_EQ("WaybillSmtputf8", path_of(row_of(Field::smtputf8), kOwn, Format::cef));
  EXPECT_EQ("waybill.node_seq", path_of(row_of(Field::node_seq), kOwn, Format::ecs));
  EXPECT_EQ("unmapped.waybill.sender_hash",
            path_of(row_of(Field::sender), kOwn, Format::ocsf, "_hash"));
}

TEST(FieldsTest, WhatIsCutIsNeverWhatARecordIsNoneWithout) {
  std::set<Field> seen;
  for (const Field field : cut_order()) {
    EXPECT_TRUE(seen.insert(field).second) << row_of(field).name << " is cut twice";
    EXPECT_EQ(Choice::free, row_of(field).choice) << row_of(field).name;
  }
  EXPECT_EQ(Field::subject, cut_order().front());
}

}  // namespace
}  // namespace waybill::stream
