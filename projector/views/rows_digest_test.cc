// The octets of every view's rows, held against a digest: stores of a release are read by the next
// one as they are, unless kViewLayout is raised.
#include <gtest/gtest.h>

#include "projector/positions.h"
#include "runtime/crypto.h"
#include "runtime/hex.h"
#include "tests/support/folded_views.h"

namespace waybill::projector {
namespace {

// A digest that is another one says that rows or keys have changed: then kViewLayout goes up, and
// both numbers here with it.
constexpr std::uint32_t kLayout = 12;
constexpr std::string_view kDigest =
    "6c979f1c1aab292675f48947c56fa5dafb0bfb7637246749e338c38157ed44b5";
constexpr std::size_t kRows = 170;

// Every kind of event, with every field that a view reads; a report, its own message and its end;
// text that a row cuts short; an event of no message, and one that no view has a row for.
constexpr std::string_view kEvents[] = {
    R"({"kind":"accepted","occurred_at":"2026-03-01T12:00:00.123456789Z","node":"mx1","node_seq":1,
        "domain":"example.org","message_id":"019ca945-0a51-746b-b201-65eec91e6344",
        "alias":"orders@example.org","sender":"carol@shop.example.net","client_ip":"192.0.2.25",
        "accepted":{"recipient":"Orders@example.org","size":18342,
          "rfc5322_message_id":" <7f3a@shop.example.net>","header_from":"carol@shop.example.net",
          "originator_verified":true,"originator_reason":"spf","route":"orders","smtputf8":true,
          "dsn":{"ret":"HDRS","envid":"QQ","notify":"FAILURE","orcpt":"rfc822;a@example.org"},
          "targets":[{"delivery_id":"019ca945-0a5d-7a31-b601-eaf59686e7ba",
                      "target":"anna@mailbox.example.net"},
                     {"delivery_id":"019ca945-0a5d-76be-b6d8-703f602cfc1e",
                      "target":"archive@[198.51.100.77]:2525"}]}})",
    R"({"kind":"forwarded","occurred_at":"2026-03-01T12:00:01.2Z","node":"mx1","node_seq":2,
        "domain":"example.org","message_id":"019ca945-0a51-746b-b201-65eec91e6344",
        "delivery_id":"019ca945-0a5d-7a31-b601-eaf59686e7ba","alias":"orders@example.org",
        "sender":"carol@shop.example.net","client_ip":"192.0.2.25",
        "forwarded":{"target":"anna@mailbox.example.net","bounce_until":"2026-03-06T12:00:01Z",
          "next_hop":{"mx_host":"mx.mailbox.example.net","ip":"198.51.100.7","port":25},
          "time_spent":217000000,
          "reply":{"code":250,"enhanced":"2.0.0","text":"Ok: queued as 4fX1zK2Qm9"}}})",
    R"({"kind":"in_doubt","occurred_at":"2026-03-01T12:00:02Z","node":"mx1","node_seq":3,
        "domain":"example.org","message_id":"019ca945-0a51-746b-b201-65eec91e6344",
        "delivery_id":"019ca945-0a5d-76be-b6d8-703f602cfc1e","alias":"orders@example.org",
        "sender":"carol@shop.example.net",
        "in_doubt":{"target":"archive@[198.51.100.77]:2525","known":"the connection was lost"}})",
    R"({"kind":"rejected","occurred_at":"2026-03-01T12:05:00Z","node":"mx1","node_seq":4,
        "domain":"example.org","message_id":"019ca949-a038-72c6-aa7a-5dd70c314661",
        "delivery_id":"019ca949-a042-78ac-be73-43f016890c51","alias":"orders@example.org",
        "sender":"","rejected":{"stage":"rcpt","command":"RCPT","by":"next_hop","rule":"next-hop",
          "next_hop":{"ip":"198.51.100.7","port":25},
          "reply":{"code":550,"enhanced":"5.1.1","text":"unknown\nsee https://example.net"},
          "target":"anna@mailbox.example.net","recipient":"orders@example.org"}})",
    R"({"kind":"rejected","occurred_at":"2026-03-01T12:07:00Z","node":"mx1","node_seq":5,
        "domain":"example.org","message_id":"019ca94b-7204-7524-8346-ae7b050bf4d2",
        "alias":"nobody@example.org","rejected":{"stage":"rcpt","by":"policy",
          "rule":"unknown-alias","reply":{"code":550,"enhanced":"5.1.1","text":"No such alias"}}})",
    R"({"kind":"deferred","occurred_at":"2026-03-01T13:10:00Z","node":"mx1","node_seq":6,
        "domain":"example.org","message_id":"019ca94e-32a6-7611-bb58-e3a38c731147",
        "delivery_id":"019ca94e-32a7-7611-bb58-e3a38c731148","alias":"orders@example.org",
        "sender":"carol@shop.example.net","deferred":{"stage":"body","by":"relay",
          "target":"anna@mailbox.example.net","reply":{"code":451,"text":"Later"}}})",
    R"({"kind":"dropped","occurred_at":"2026-03-01T13:15:00Z","node":"mx1","node_seq":7,
        "message_id":"019ca952-c53c-7cd0-b975-b9c771d3fc26",
        "delivery_id":"019ca952-c53d-7cd0-b975-b9c771d3fc27","alias":"void@example.org",
        "sender":"carol@shop.example.net","dropped":{"rule":"no-newsletters"}})",
    R"({"kind":"accepted","occurred_at":"2026-03-01T14:00:00Z","node":"mx1","node_seq":8,
        "domain":"example.org","message_id":"019ca9b0-1b00-7b10-9123-65eec91e6351",
        "alias":"orders@example.org","sender":"",
        "reported_delivery_id":"019ca945-0a5d-7a31-b601-eaf59686e7ba",
        "accepted":{"size":4127,
          "content_digest":"845e91831319e89c4d656bdb80c278ac09a7230d61e5dfd2e1b1fbb436ac8917",
          "targets":[{"delivery_id":"019ca9b0-1b80-7b11-9123-eaf59686e7c2",
                      "target":"carol@shop.example.net"}]}})",
    R"({"kind":"bounced","occurred_at":"2026-03-01T14:00:01Z","node":"mx1","node_seq":9,
        "domain":"example.org","message_id":"019ca945-0a51-746b-b201-65eec91e6344",
        "delivery_id":"019ca945-0a5d-7a31-b601-eaf59686e7ba","alias":"orders@example.org",
        "sender":"","bounced":{"class":"hard","status":"5.2.2","handling":"handed_on",
          "diagnostic_code":"smtp; 552 5.2.2 Mailbox full","target":"anna@mailbox.example.net"}})",
    R"({"kind":"forwarded","occurred_at":"2026-03-01T14:00:02Z","node":"mx1","node_seq":10,
        "domain":"example.org","message_id":"019ca9b0-1b00-7b10-9123-65eec91e6351",
        "delivery_id":"019ca9b0-1b80-7b11-9123-eaf59686e7c2","alias":"orders@example.org",
        "sender":"","reported_delivery_id":"019ca945-0a5d-7a31-b601-eaf59686e7ba",
        "forwarded":{"target":"carol@shop.example.net",
          "reply":{"code":250,"enhanced":"2.0.0","text":"Ok"}}})",
    R"({"kind":"bounced","occurred_at":"2026-03-01T15:00:00Z","node":"mx1","node_seq":11,
        "domain":"example.org","message_id":"019ca945-0a51-746b-b201-65eec91e6344",
        "delivery_id":"019ca945-0a5d-76be-b6d8-703f602cfc1e","alias":"orders@example.org",
        "sender":"","bounced":{"class":"delivered","status":"2.0.0",
          "target":"archive@[198.51.100.77]:2525"}})",
    R"({"kind":"control","occurred_at":"2026-03-01T15:30:00Z","node":"mx1","node_seq":12,
        "domain":"example.org","control":{"subject":"target","action":"verified"}})",
    R"({"kind":"access","occurred_at":"2026-03-01T15:31:00Z","node":"mx1","node_seq":13,
        "alias":"orders@example.org","access":{"principal":"token:audit","rows":14}})",
    // Later by more than the return paths are kept.
    R"({"kind":"accepted","occurred_at":"2026-03-20T12:00:00Z","node":"mx1","node_seq":14,
        "domain":"example.org","message_id":"019d0b2f-1b00-7b10-9123-65eec91e6352",
        "alias":"orders@example.org","sender":"dave@example.com",
        "accepted":{"size":1,"targets":[{"delivery_id":"019d0b2f-1b00-7b10-9123-65eec91e6353",
                      "target":"anna@mailbox.example.net"}]}})",
};

tests::EventLog fixed_log() {
  tests::EventLog log;
  for (const std::string_view json : kEvents) {
    auto event = schemas::event_from_json(json);
    EXPECT_TRUE(event) << event.error().why << " in " << json;
    if (event) log.add(std::move(*event));
  }
  schemas::Event talkative = tests::rejected({}, schemas::pb::VERDICT_BY_NEXT_HOP);
  // The 256th octet is within a letter of three.
  std::string text = "a";
  for (int i = 0; i < 200; ++i) text += "\u20ac";
  talkative.mutable_rejected()->mutable_reply()->set_text(text);
  talkative.mutable_rejected()->set_stage(schemas::pb::STAGE_BODY);
  talkative.set_node("mx2");
  talkative.set_node_seq(1);
  talkative.set_occurred_at(tests::kLogStart);
  log.add(std::move(talkative));
  log.add_raw("\xff\xff no event");
  return log;
}

// Over every table, also those that are no views.
std::string digest(const ViewReader& store) {
  runtime::Sha256 hash;
  std::size_t rows = 0;
  for (std::size_t table = 0; table < kTables; ++table) {
    EXPECT_TRUE(store.scan(static_cast<Table>(table), {}, {}, [&](auto key, auto value) {
      for (const std::string_view octets : {std::string_view(key), std::string_view(value)}) {
        hash.update(std::to_string(octets.size()) + ':');
        hash.update(octets);
      }
      ++rows;
      return true;
    }));
  }
  EXPECT_EQ(rows, kRows);
  return runtime::hex(hash.finish());
}

TEST(RowsDigestTest, TheOctetsOfRowsChangeOnlyWithTheirLayout) {
  tests::FoldedViews views(fixed_log());
  EXPECT_EQ(digest(views.store()), kDigest);
  EXPECT_EQ(kViewLayout, kLayout);
}

}  // namespace
}  // namespace waybill::projector
