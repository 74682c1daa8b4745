// The fields that a query may name, `key:value`: one row each. docs/search.md has the same rows,
// and a test holds the two against each other. Constants and pure functions.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::query::search {

enum class Field {
  from,
  to,
  alias,
  target,
  domain,
  hop,
  ip,
  client,
  id,
  msgid,
  rule,
  is,
  status,
  report_class,
  subject,
  after,
  before,
  since,
  newer_than,
  older_than,
  around,
};

enum class Values { one, list };  // list: several, joined by commas
enum class Negation { allowed, refused };

struct FieldTraits {
  Field field;
  std::string_view key;
  std::array<std::string_view, 3> other_names;  // empty ones behind the last
  Values values;
  Negation negation;
  std::string_view takes;    // "from: takes ..."
  std::string_view example;  // a query
};

inline constexpr std::string_view kTakesAddress = "an address, the beginning of one, or a domain";
inline constexpr std::string_view kTakesTime =
    "a date or a time, such as 2026-03-01 or 2026-03-01T14:30 or 14:30";
inline constexpr std::string_view kTakesAge =
    "a number and s, min, h, d, w or y, such as 24h or 7d";

inline constexpr auto kFields = std::to_array<FieldTraits>({
    {Field::from,
     "from",
     {"sender"},
     Values::list,
     Negation::refused,
     kTakesAddress,
     "from:ann@example.org"},
    {Field::to,
     "to",
     {"recipient"},
     Values::list,
     Negation::refused,
     kTakesAddress,
     "to:sales@example.org"},
    {Field::alias, "alias", {}, Values::list, Negation::refused, kTakesAddress, "alias:sales*"},
    {Field::target,
     "target",
     {},
     Values::list,
     Negation::refused,
     kTakesAddress,
     "target:bob@example.net"},
    {Field::domain,
     "domain",
     {},
     Values::list,
     Negation::refused,
     "the name of a domain",
     "domain:example.org"},
    {Field::hop,
     "hop",
     {"next_hop"},
     Values::list,
     Negation::refused,
     "the name or the address of a next hop",
     "hop:mx.example.net"},
    {Field::ip,
     "ip",
     {},
     Values::list,
     Negation::refused,
     "an IP address or a network",
     "ip:192.0.2.25"},
    {Field::client,
     "client",
     {},
     Values::list,
     Negation::refused,
     "an IP address or a network",
     "client:192.0.2.25"},
    {Field::id,
     "id",
     {"delivery", "message", "event"},
     Values::list,
     Negation::refused,
     "the whole id of a delivery, a message or an event",
     "id:019ca945-7c3e-7d21-8b4f-5a6b7c8d9e0f"},
    {Field::msgid,
     "msgid",
     {"rfc822msgid", "message_id"},
     Values::one,
     Negation::refused,
     "a Message-ID",
     "msgid:1@example.org"},
    {Field::rule,
     "rule",
     {},
     Values::list,
     Negation::allowed,
     "a word of the page of rules",
     "rule:unknown-alias"},
    {Field::is,
     "is",
     {"kind", "state"},
     Values::list,
     Negation::allowed,
     "a kind of event or a state of a delivery",
     "is:bounced,rejected"},
    {Field::status,
     "status",
     {"code"},
     Values::list,
     Negation::allowed,
     "a reply's code or status, such as 550, 5xx, 5.1.1 or 5.x",
     "status:550 since:24h"},
    {Field::report_class,
     "class",
     {},
     Values::list,
     Negation::allowed,
     "what a report said",
     "class:hard"},
    {Field::subject,
     "subject",
     {},
     Values::one,
     Negation::refused,
     "words of a subject",
     "subject:\"two words\""},
    {Field::after, "after", {}, Values::one, Negation::refused, kTakesTime, "after:2026-03-01"},
    {Field::before, "before", {}, Values::one, Negation::refused, kTakesTime, "before:2026-03-01"},
    {Field::since, "since", {}, Values::one, Negation::refused, kTakesAge, "since:24h"},
    {Field::newer_than,
     "newer_than",
     {"newer"},
     Values::one,
     Negation::refused,
     kTakesAge,
     "newer_than:7d"},
    {Field::older_than,
     "older_than",
     {"older"},
     Values::one,
     Negation::refused,
     kTakesAge,
     "older_than:7d"},
    {Field::around, "around", {}, Values::one, Negation::refused, kTakesTime, "around:14:30"},
});

// nullptr: no field is called so. The key is in lower case, with "_" for "-".
const FieldTraits* find_field(std::string_view key);
const FieldTraits& traits_of(Field field);

// The word that takes the fewest changes of a letter from `word`; empty: none is near. "x" and "xy"
// are one change apart, and so are "xy" and "yx".
std::string nearest(std::string_view word, const std::vector<std::string>& words);
// The same of the keys.
std::string nearest_key(std::string_view key);

}  // namespace waybill::query::search
