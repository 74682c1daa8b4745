// [door]: what is asked of clients, and [door.lists."a.zone"]: the DNS lists that know them.

#include "app/config/number_keys.h"
#include "app/config/sections.h"
#include "relay/door/door_settings.h"

namespace waybill::app {

using relay::door::AnswerPattern;
using relay::door::DnsList;
using relay::door::DoorSettings;

namespace {

// One list alone never weighs more than all others together could.
constexpr std::int64_t kMostWeight = 100;
// Before it stand 64 octets of an IPv6 address (RFC 5782 2.4), and a name has 253 at most.
constexpr std::size_t kMaxZone = 253 - 64;
// Each is a question for each new client.
constexpr std::size_t kMostLists = 20;

void read_weight(TomlReader& reader, DnsList& list) {
  const toml::node* const node = reader.find("weight");
  if (node == nullptr) return;
  const auto* weight = node->as_integer();
  if (weight != nullptr && weight->get() != 0 && weight->get() >= -kMostWeight &&
      weight->get() <= kMostWeight) {
    list.weight = static_cast<int>(weight->get());
  } else {
    reader.expected(*node, reader.name("weight"),
                    "an integer from -" + std::to_string(kMostWeight) + " to " +
                        std::to_string(kMostWeight) +
                        ", and not 0: below 0 the list speaks for a client");
  }
}

void read_answers(TomlReader& reader, DnsList& list) {
  if (reader.find("answers") == nullptr) return;
  list.listings.clear();
  for (const WrittenText& text : reader.texts("answers")) {
    if (const auto pattern = AnswerPattern::parse(text.value)) {
      list.listings.push_back(*pattern);
    } else {
      reader.expected(text, "answers that are listings, such as \"127.0.0.2\" or \"127.0.0.2-11\"");
    }
  }
}

void read_lists(TomlReader& reader, DoorSettings& door) {
  reader.each_table([&](const toml::key& key, TomlReader& one) {
    const auto& place = key.source().begin;
    // No list is a top-level domain: TOML has taken the name's dots for tables.
    if (key.str().find('.') == std::string_view::npos) {
      reader.complain(place, reader.name(key.str()),
                      "the zone of a list has dots and is quoted, expected "
                      "[door.lists.\"dnsbl.example.org\"]");
      return;
    }
    const auto zone = schemas::normalise_domain(key.str());
    DnsList list;
    read_weight(one, list);
    read_answers(one, list);
    one.no_others();
    if (!zone || zone->size() > kMaxZone) {
      reader.complain(place, reader.name(key.str()),
                      "expected the zone of a DNS list such as \"dnsbl.example.org\"");
      return;
    }
    list.zone = *zone;
    const auto same = [&](const DnsList& other) { return other.zone == list.zone; };
    if (std::any_of(door.lists.begin(), door.lists.end(), same)) {
      reader.complain(place, reader.name(key.str()), "the same list as another one here");
    } else if (door.lists.size() >= kMostLists) {
      reader.complain(place, reader.name(key.str()),
                      "expected " + std::to_string(kMostLists) + " lists at most");
    } else {
      door.lists.push_back(std::move(list));
    }
  });
}

}  // namespace

void read_door(TomlReader& reader, Config& config) {
  DoorSettings& door = config.limits.door;
  read_numbers(reader, "door", config);
  read_networks(reader, "exempt", door.exempt);
  if (const auto rule = reader.choice("helo", relay::door::kHeloRules)) {
    door.helo = static_cast<relay::door::HeloRule>(*rule);
  }
  if (const auto names = reader.choice("reverse_dns", relay::door::kReverseDnsWords)) {
    door.reverse_dns = static_cast<relay::door::ReverseDns>(*names);
  }
  if (const auto greylist = reader.boolean("greylist")) door.greylist = *greylist;
  const toml::node* const retry = reader.find("greylist_retry");
  if (door.greylist_retry <= door.greylist_wait) {
    if (retry != nullptr) {
      reader.expected(*retry, reader.name("greylist_retry"), "more than greylist_wait");
    }
    door.greylist_retry =
        std::chrono::ceil<std::chrono::hours>(door.greylist_wait) + std::chrono::hours(1);
  }
  if (const toml::table* lists = reader.table("lists")) {
    TomlReader inner(*lists, reader.name("lists"), reader.complaints());
    read_lists(inner, door);
  }
}

}  // namespace waybill::app
