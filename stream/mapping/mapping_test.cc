#include "stream/mapping/mapping.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <random>
#include <set>

#include "schemas/utf8.h"
#include "tests/support/event_cases.h"
#include "tests/support/siem_lines.h"

namespace waybill::stream {
namespace {

namespace json = boost::json;
using schemas::Event;
using support::example_event;
using support::read_cef;
using support::read_leef;

constexpr std::size_t kNoLimit = 1 << 24;
const std::string kKey = "0123456789abcdef";

Mapping mapping_to(Format format, FieldPolicy policy = {}, std::size_t max_record = kNoLimit) {
  return Mapping({.format = format,
                  .policy = std::move(policy),
                  .max_record = max_record,
                  .version = "0.1.0"});
}

std::string body_of(const Mapping& mapping, const Event& event) {
  const auto record = mapping.map(event);
  EXPECT_TRUE(record) << record.error().why;
  return record ? record->body : std::string();
}

FieldPolicy policy_of(const FieldPolicy::Rules& rules) {
  auto policy = FieldPolicy::make(rules, kKey);
  EXPECT_TRUE(policy) << policy.error().why;
  return *policy;
}

// A text at a path of a JSON record; empty: there is none.
std::string at(const std::string& body, std::string_view path) {
  const json::value value = json::parse(body);
  boost::system::error_code failed;
  const json::value* const found = value.find_pointer(path, failed);
  return found == nullptr || !found->is_string() ? std::string() : std::string(found->as_string());
}

// Each text of the sender's of an accepted mail is this one.
Event mail_that_says(const std::string& text) {
  Event event = example_event("accepted");
  event.set_sender(text);
  event.mutable_accepted()->set_subject(text);
  event.mutable_accepted()->set_helo(text);
  event.mutable_accepted()->set_header_from(text);
  event.mutable_accepted()->set_rfc5322_message_id(text);
  event.mutable_accepted()->mutable_authentication(0)->set_reason(text);
  return event;
}

// Keys of a record whose texts are harmless, and of each other.
std::set<std::string> keys_of(const support::SiemLine& line) {
  std::set<std::string> out;
  for (const auto& [key, value] : line.fields) out.insert(key);
  return out;
}

const std::vector<std::string> kForgeries{
    "x act=blocked",
    "x|9|act=blocked src=203.0.113.9",
    "x\\",
    "x\\ act=blocked",
    "x\nCEF:0|Waybill|Waybill|1|forwarded|Mail forwarded|1|act=email-forwarded",
    "x\r\nact=blocked",
    "x\tusrName=root@example.org\tsev=1",
    "=",
    "\\=",
    "a\\=b=c\\\\=d",
    R"(","email":{"subject":"no)",
    "\"}\n{\"kind\":\"forwarded\"",
    std::string("nul\0inside", 10),
    "\xe2\x80\xa8 and \xc2\x85 end lines for some",
    "broken \xff\xfe\xc3( utf-8",
    "cs1=forged cs1Label=eventId",
};

TEST(MappingTest, ASenderOfMailForgesNoFieldOfCef) {
  const Mapping mapping = mapping_to(Format::cef);
  const auto harmless = read_cef(body_of(mapping, mail_that_says("x")));
  ASSERT_TRUE(harmless);
  for (const std::string& text : kForgeries) {
    const auto line = read_cef(body_of(mapping, mail_that_says(text)));
    ASSERT_TRUE(line) << text;
    EXPECT_FALSE(line->repeated) << text;
    EXPECT_EQ(keys_of(*harmless), keys_of(*line)) << text;
    EXPECT_EQ("email-accepted", line->fields.at("act")) << text;
    EXPECT_EQ(7U, line->head.size()) << text;
  }
}

TEST(MappingTest, ASenderOfMailForgesNoFieldOfLeef) {
  const Mapping mapping = mapping_to(Format::leef);
  const auto harmless = read_leef(body_of(mapping, mail_that_says("x")));
  ASSERT_TRUE(harmless);
  for (const std::string& text : kForgeries) {
    const auto line = read_leef(body_of(mapping, mail_that_says(text)));
    ASSERT_TRUE(line) << text;
    EXPECT_FALSE(line->repeated) << text;
    EXPECT_EQ(keys_of(*harmless), keys_of(*line)) << text;
    EXPECT_EQ("orders@example.org", line->fields.at("usrName")) << text;
  }
}

TEST(MappingTest, ASenderOfMailForgesNoMemberOfJson) {
  for (const Format format : {Format::ocsf, Format::ecs, Format::cim}) {
    const Mapping mapping = mapping_to(format);
    for (const std::string& text : kForgeries) {
      const std::string body = body_of(mapping, mail_that_says(text));
      EXPECT_EQ(body.npos, body.find('\n')) << text;
      boost::system::error_code failed;
      const json::value value = json::parse(body, failed);
      ASSERT_FALSE(failed) << word(format) << ": " << text;
      const json::value harmless = json::parse(body_of(mapping, mail_that_says("x")));
      EXPECT_EQ(harmless.as_object().size(), value.as_object().size()) << text;
    }
  }
}

// Any text through CEF and back: what was said is what is read, but for controls and broken UTF-8.
TEST(MappingTest, ValuesOfCefComeBack) {
  const Mapping mapping = mapping_to(Format::cef);
  constexpr std::string_view kLetters = "ab=|\\ \n\r\"',;:<>{}[]\u00fc";
  std::minstd_rand chance(7);  // NOLINT: the same texts each time
  for (int round = 0; round < 2000; ++round) {
    std::string text = "b";
    for (auto left = chance() % 12; left > 0; --left) {
      const std::size_t place = chance() % (kLetters.size() - 1);
      text +=
          place == kLetters.size() - 2 ? std::string("\u00fc") : std::string(1, kLetters[place]);
    }
    text += 'e';
    const auto line = read_cef(body_of(mapping, mail_that_says(text)));
    ASSERT_TRUE(line) << text;
    EXPECT_EQ(text, line->fields.at("msg"));
    EXPECT_EQ(text, line->fields.at("suser"));
  }
}

TEST(MappingTest, OctetsThatAreNoUtf8AreReplacedAndOthersKept) {
  Event event = mail_that_says("\xc3\xbc \xff \xe2\x82\xac \xc3");
  const std::string wanted = "\xc3\xbc \xef\xbf\xbd \xe2\x82\xac \xef\xbf\xbd";
  EXPECT_EQ(wanted, at(body_of(mapping_to(Format::ocsf), event), "/email/subject"));
  EXPECT_EQ(wanted, read_cef(body_of(mapping_to(Format::cef), event))->fields.at("msg"));
  EXPECT_EQ(wanted, read_leef(body_of(mapping_to(Format::leef), event))->fields.at("subject"));
}

TEST(MappingTest, TheSameEventIsTheSameOctets) {
  for (const Format format : kFormats) {
    for (const auto& [name, event] : support::event_cases()) {
      EXPECT_EQ(body_of(mapping_to(format), event), body_of(mapping_to(format), event)) << name;
    }
  }
}

TEST(MappingTest, ARecordSaysWhichEventItIsAndHowMuchToCare) {
  const auto record = mapping_to(Format::ocsf).map(example_event("in_doubt"));
  ASSERT_TRUE(record);
  EXPECT_EQ("019ca9b2-e700-7b6b-800d-a084c21bd5f8", record->id);
  EXPECT_EQ("in_doubt", record->kind);
  EXPECT_EQ(schemas::wall_time(1'772'373'600'000'000'000), record->time);
  EXPECT_EQ(Severity::error, record->severity);
}

TEST(MappingTest, AKindThatIsNotKnownIsAnError) {
  for (const Format format : kFormats) {
    const auto record = mapping_to(format).map(Event());
    ASSERT_FALSE(record);
    EXPECT_EQ(runtime::Errc::invalid, record.error().code);
  }
}

TEST(MappingTest, SendsAndReceiptsOfOneDeliveryAreCountedOnce) {
  const Mapping mapping = mapping_to(Format::ocsf);
  const auto activity = [&](const Event& event) {
    return json::parse(body_of(mapping, event)).at("activity_id").to_number<int>();
  };
  EXPECT_EQ(2, activity(example_event("accepted")));
  EXPECT_EQ(1, activity(example_event("forwarded")));
  EXPECT_EQ(4, activity(example_event("bounced")));
  EXPECT_EQ(2, activity(example_event("rejected_by_policy")));
  EXPECT_EQ(1, activity(example_event("rejected")));
}

TEST(MappingTest, AnAddressThatOcsfDoesNotTakeStandsInOurOwnSpace) {
  const std::string body = body_of(mapping_to(Format::ocsf), example_event("accepted_smtputf8"));
  EXPECT_TRUE(json::parse(body).at("email").at("to").as_array().empty());
  EXPECT_EQ(
      "b\xc3\xbc"
      "cher@example.org",
      at(body, "/unmapped/waybill/alias"));
}

TEST(MappingTest, BothAddressesOfAConnectionAreRelated) {
  const json::value value =
      json::parse(body_of(mapping_to(Format::ecs), example_event("forwarded")));
  EXPECT_EQ(json::array({"192.0.2.25", "198.51.100.10"}), value.at("related").at("ip").as_array());
}

TEST(MappingTest, AnIPv6AddressHasItsOwnKeyInCef) {
  const auto cases = support::event_cases();
  const auto line = read_cef(body_of(mapping_to(Format::cef), cases.at("forwarded ipv6")));
  EXPECT_EQ("2001:db8::10", line->fields.at("c6a3"));
  EXPECT_FALSE(line->fields.contains("dst"));
}

TEST(MappingTest, WhatIsDroppedIsNowhereAndWhatTellsAPartOfItGoesToo) {
  const FieldPolicy policy = policy_of({{"alias", FieldRule::drop},
                                        {"recipient_given", FieldRule::drop},
                                        {"dsn_orcpt", FieldRule::drop},
                                        {"header_from", FieldRule::drop},
                                        {"sender", FieldRule::drop}});
  for (const Format format : kFormats) {
    const std::string body = body_of(mapping_to(format, policy), example_event("accepted"));
    EXPECT_EQ(body.npos, body.find("rders@")) << body;
    EXPECT_EQ(body.npos, body.find("carol@")) << body;
  }
}

TEST(MappingTest, AHashStandsUnderANameOfItsOwnAndIsThatOfTheValue) {
  const FieldPolicy policy = policy_of({{"sender", FieldRule::hash},
                                        {"targets", FieldRule::hash},
                                        {"header_from", FieldRule::drop}});
  const std::string hash = policy.hash("carol@shop.example.net");
  EXPECT_EQ(64U, hash.size());
  const Event event = example_event("accepted");
  const std::string ocsf = body_of(mapping_to(Format::ocsf, policy), event);
  EXPECT_EQ(hash, at(ocsf, "/unmapped/waybill/sender_hash"));
  EXPECT_EQ("", at(ocsf, "/from"));
  EXPECT_EQ(policy.hash("anna@mailbox.example.net"), at(ocsf, "/unmapped/waybill/targets_hash/0"));
  EXPECT_EQ(
      hash,
      read_cef(body_of(mapping_to(Format::cef, policy), event))->fields.at("WaybillSenderHash"));
  const std::string own = body_of(mapping_to(Format::waybill, policy), event);
  EXPECT_EQ("hmac-sha256:" + hash, at(own, "/sender"));
  EXPECT_EQ("hmac-sha256:" + policy.hash("anna@mailbox.example.net"),
            at(own, "/accepted/targets/0/target"));
  for (const Format format : kFormats) {
    const std::string body = body_of(mapping_to(format, policy), event);
    EXPECT_EQ(body.npos, body.find("\"carol@")) << body;
    EXPECT_EQ(body.npos, body.find("anna@")) << body;
  }
}

TEST(MappingTest, AnotherKeyGivesAnotherHash) {
  const auto other = FieldPolicy::make({{"sender", FieldRule::hash}}, "another key of 22 o.");
  ASSERT_TRUE(other);
  EXPECT_NE(policy_of({}).hash("x"), other->hash("x"));
}

TEST(MappingTest, APolicyThatCannotHoldIsRefusedInWords) {
  const auto refused = [](const FieldPolicy::Rules& rules, const std::string& key = kKey) {
    const auto policy = FieldPolicy::make(rules, key);
    EXPECT_FALSE(policy);
    return policy ? std::string() : policy.error().why;
  };
  EXPECT_EQ("field sendr: there is none of that name", refused({{"sendr", FieldRule::drop}}));
  EXPECT_EQ("field outcome: there is none of that name", refused({{"outcome", FieldRule::drop}}));
  EXPECT_EQ("field event_id names the event, and is never left out",
            refused({{"event_id", FieldRule::drop}}));
  EXPECT_EQ("field size: only texts are hashed", refused({{"size", FieldRule::hash}}));
  EXPECT_EQ("field sender has two rules",
            refused({{"sender", FieldRule::drop}, {"sender", FieldRule::keep}}));
  EXPECT_EQ("field sender: a hash needs a key of 16 octets or more",
            refused({{"sender", FieldRule::hash}}, "short"));
}

TEST(MappingTest, ARecordThatIsTooLargeLosesWholeFieldsInOrderAndSaysSo) {
  Event event = example_event("accepted");
  event.mutable_accepted()->set_subject(std::string(5000, 's'));
  event.mutable_accepted()->set_originator_reason(std::string(5000, 'r'));
  for (const Format format : kFormats) {
    const std::string whole = body_of(mapping_to(format), event);
    const std::string less = body_of(mapping_to(format, {}, 8192), event);
    EXPECT_EQ(whole.npos, whole.find("runcated\"")) << word(format);
    EXPECT_LE(less.size(), 8192U) << word(format);
    EXPECT_NE(less.npos, less.find("truncated")) << word(format);
    EXPECT_EQ(less.npos, less.find("sss")) << "subject goes first: " << word(format);
    EXPECT_NE(less.npos, less.find(std::string(5000, 'r'))) << word(format);
    const std::string least = body_of(mapping_to(format, {}, 4096), event);
    EXPECT_EQ(least.npos, least.find("rrr")) << word(format);
    EXPECT_NE(least.npos, least.find("anna@mailbox.example.net")) << word(format);
  }
  const std::string ocsf = body_of(mapping_to(Format::ocsf, {}, 8192), event);
  EXPECT_TRUE(json::parse(ocsf).at("metadata").at("is_truncated").as_bool());
  EXPECT_EQ(1, json::parse(ocsf).at("unmapped").at("waybill").at("truncated").as_int64());
  const auto cef = read_cef(body_of(mapping_to(Format::cef, {}, 8192), event));
  EXPECT_EQ("1", cef->fields.at("truncated"));
}

TEST(MappingTest, AValueTooLongForItsKeyOfCefIsLeftOutAndTheRecordSaysSo) {
  Event event = example_event("accepted");
  event.mutable_accepted()->set_subject(std::string(1024, 's'));
  const auto line = read_cef(body_of(mapping_to(Format::cef), event));
  EXPECT_FALSE(line->fields.contains("msg"));
  EXPECT_EQ("1", line->fields.at("truncated"));
  event.mutable_accepted()->set_subject(std::string(1023, 's'));
  EXPECT_EQ(1023U, read_cef(body_of(mapping_to(Format::cef), event))->fields.at("msg").size());
}

TEST(MappingTest, ARecordThatStaysTooLargeIsAnError) {
  for (const Format format : kFormats) {
    const auto record = mapping_to(format, {}, 100).map(example_event("accepted"));
    ASSERT_FALSE(record) << word(format);
    EXPECT_EQ(runtime::Errc::limit_exceeded, record.error().code);
  }
}

// RFC 5425 4.3.1: what every receiver of syslog must take.
TEST(MappingTest, EveryExampleFitsTheLeastThatReceiversTake) {
  for (const Format format : kFormats) {
    for (const auto& [name, event] : support::event_cases()) {
      const auto record = mapping_to(format, {}, 2048).map(event);
      EXPECT_TRUE(record) << word(format) << ' ' << name;
    }
  }
}

TEST(MappingTest, WordsOfFormatsLeadBackToThem) {
  for (const Format format : kFormats) {
    ASSERT_NE(nullptr, find_format(word(format)));
    EXPECT_EQ(format, *find_format(word(format)));
  }
  EXPECT_EQ(nullptr, find_format("xml"));
}

TEST(FactsTest, TheAddressOfOneMailboxAloneIsTold) {
  EXPECT_EQ("carol@example.net", address_of_mailbox("Carol <carol@example.net>"));
  EXPECT_EQ("carol@example.net", address_of_mailbox("carol@example.net"));
  EXPECT_EQ("", address_of_mailbox("a@example.net, b@example.net"));
  EXPECT_EQ("", address_of_mailbox("\"<evil@example.com>\" <a@example.net>"));
  EXPECT_EQ("", address_of_mailbox("A <a@example.net>, B <b@example.net>"));
  EXPECT_EQ("", address_of_mailbox("<a@example.net> (said he)"));
  EXPECT_EQ("", address_of_mailbox(""));
}

TEST(FactsTest, ATraceIdIsThirtyTwoDigitsThatAreNotAllZero) {
  EXPECT_EQ("eafe895eb8119e6e5d06463590b2ef81",
            trace_id_of("00-eafe895eb8119e6e5d06463590b2ef81-37a0025aa1f2e29f-01"));
  EXPECT_EQ("", trace_id_of("00-00000000000000000000000000000000-37a0025aa1f2e29f-01"));
  EXPECT_EQ("", trace_id_of("00-EAFE895EB8119E6E5D06463590B2EF81-37a0025aa1f2e29f-01"));
  EXPECT_EQ("", trace_id_of("eafe"));
  EXPECT_EQ("", trace_id_of(""));
}

}  // namespace
}  // namespace waybill::stream
