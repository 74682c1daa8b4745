#include "query/log_question.h"

#include <gtest/gtest.h>

#include "tests/support/event_log.h"

namespace waybill::query {
namespace {

namespace pb = schemas::pb;

// One event of each kind of mail, as /v1/events, the feed and an export have them.
std::vector<std::pair<std::string, schemas::Event>> all_events() {
  const tests::Copy copy{.alias = "shop@forward.test",
                         .sender = "Ann@origin.test",
                         .target = "owner@mailbox.test:2525",
                         .domain = "forward.test"};
  const tests::Copy other{.alias = "desk@other.test",
                          .sender = "bob@origin.test",
                          .target = "him@mailbox.test",
                          .domain = "other.test"};
  schemas::Event accepted = tests::accepted(copy);
  accepted.mutable_accepted()->set_subject("Your order 4711");
  accepted.set_client_ip("192.0.2.1");
  schemas::Event rejected = tests::rejected(copy, pb::VERDICT_BY_POLICY);
  rejected.mutable_rejected()->set_rule("unknown-alias");
  rejected.mutable_rejected()->mutable_reply()->set_code(550);
  rejected.mutable_rejected()->mutable_reply()->set_enhanced("5.1.1");
  schemas::Event deferred = tests::deferred(other);
  deferred.mutable_deferred()->set_rule("next-hop-busy");
  deferred.mutable_deferred()->mutable_reply()->set_code(451);
  deferred.mutable_deferred()->mutable_reply()->set_enhanced("4.3.2");
  deferred.mutable_deferred()->mutable_next_hop()->set_mx_host("mx1.mailbox.test");
  deferred.mutable_deferred()->mutable_next_hop()->set_ip("192.0.2.25");
  return {{"accepted", std::move(accepted)},
          {"rejected", std::move(rejected)},
          {"deferred", std::move(deferred)},
          {"dropped", tests::dropped(other)},
          {"hard", tests::bounced(copy, pb::BOUNCE_CLASS_HARD)},
          {"soft", tests::bounced(other, pb::BOUNCE_CLASS_SOFT)},
          {"unknown", schemas::Event()}};
}

class LogQuestionTest : public testing::Test {
 protected:
  // What is wanted, by blanks; or what is wrong.
  std::string wanted(std::vector<http::Parameter> query) {
    http::Request request;
    request.parameters = std::move(query);
    request.asker = asker_;
    http::Parameters parameters(request);
    question_ = read_log_question(sources_, request, parameters);
    if (const auto problem = parameters.problem()) {
      return std::to_string(problem->status) + " " + problem->parameter;
    }
    std::string out;
    for (const auto& [name, event] : all_events()) {
      if (question_.filter.wants(event)) out += (out.empty() ? "" : " ") + name;
    }
    return out;
  }

  static std::shared_ptr<schemas::Principal> somebody() {
    auto out = std::make_shared<schemas::Principal>();
    out->sight = schemas::Sight::all();
    return out;
  }

  Sources sources_;
  std::shared_ptr<schemas::Principal> asker_ = somebody();
  LogQuestion question_{.filter{.sight = schemas::Sight::all()}};
};

TEST_F(LogQuestionTest, EachConditionNarrows) {
  const struct {
    const char* name;
    const char* value;
    const char* wanted;
  } cases[] = {
      {"kind", "rejected,dropped", "rejected dropped"},
      {"kind", "-rejected,-bounced", "accepted deferred dropped"},
      {"kind", "rejected,bounced,-bounced", "rejected"},
      {"class", "hard", "hard"},
      {"class", "-hard", "accepted rejected deferred dropped soft"},
      {"domain", "Forward.test", "accepted rejected hard"},
      {"domain", "forward.test,other.test", "accepted rejected deferred dropped hard soft"},
      {"address", "owner@mailbox.test", "accepted rejected hard"},
      {"address", "him@mailbox.test:25", "deferred soft"},
      {"address", "shop@forward.test,desk@other.test",
       "accepted rejected deferred dropped hard soft"},
      {"address", "ow*@mailbox.test;ann@origin.test", "accepted rejected"},
      {"alias", "de*", "deferred dropped soft"},
      {"sender", "*@origin.test", "accepted rejected deferred dropped"},
      {"sender", "<>", "hard soft"},
      {"target", "owner@mailbox.test", "accepted rejected hard"},
      {"recipient", "desk@other.test", "deferred dropped soft"},
      {"other_domain", "origin.test", "accepted rejected deferred dropped"},
      {"next_hop", "mailbox.test", "deferred"},
      {"next_hop", "192.0.2.25", "deferred"},
      {"client", "192.0.2.1", "accepted"},
      {"rule", "unknown-alias,next-hop-busy", "rejected deferred"},
      {"rule", "-unknown-alias", "accepted deferred dropped hard soft"},
      {"status", "5xx", "rejected"},
      {"status", "-5.1.1,-4.x", "accepted dropped hard soft"},
      {"subject", "order 4711", "accepted"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(wanted({{c.name, c.value}}), c.wanted) << c.name << "=" << c.value;
  }
  // Of what a newer release writes nothing is known that could be asked for.
  EXPECT_EQ(wanted({}), "accepted rejected deferred dropped hard soft unknown");
}

TEST_F(LogQuestionTest, AllMustHold) {
  EXPECT_EQ(wanted({{"domain", "other.test"}, {"kind", "-bounced"}, {"status", "-451"}}),
            "dropped");
  EXPECT_EQ(wanted({{"address", "shop@forward.test"}, {"role", "sender"}}), "");
  EXPECT_EQ(wanted({{"address", "Ann@origin.test"}, {"role", "sender"}, {"kind", "-accepted"}}),
            "rejected");
}

TEST_F(LogQuestionTest, WhatIsWrongIsNamed) {
  const struct {
    std::vector<http::Parameter> query;
    const char* problem;
  } cases[] = {
      {{{"kind", "no_such"}}, "400 kind"},
      {{{"kind", "bounced,-bounced"}}, "409 kind"},
      {{{"class", "hard,-hard"}}, "409 class"},
      {{{"domain", "a b"}}, "404 domain"},
      {{{"domain", "a.test,a b"}}, "404 domain"},
      {{{"address", "nobody"}}, "404 address"},
      {{{"address", "a@b.test,nobody"}}, "404 address"},
      {{{"address", "a@b.test,c@d.test"}, {"role", "alias"}}, "404 address"},
      {{{"role", "alias"}}, "409 role"},
      {{{"match", "exact"}}, "409 match"},
      {{{"status", "250"}}, "404 status"},
      {{{"cursor", "x"}}, "400 cursor"},
      {{{"kind", "access"}}, "403 "},
  };
  for (const auto& c : cases) EXPECT_EQ(wanted(c.query), c.problem) << c.query[0].value;
  asker_->scopes.add(schemas::Scope::access);
  EXPECT_EQ(wanted({{"kind", "access"}}), "");
}

TEST_F(LogQuestionTest, WhatIsLookedAtIsForTheRecord) {
  using Subjects = std::vector<std::string>;
  (void)wanted({{"domain", "Forward.test"}, {"sender", "Ann@x.test"}, {"client", "192.0.2.1"}});
  EXPECT_EQ(question_.domain, "forward.test");
  EXPECT_EQ(question_.subjects, (Subjects{"forward.test", "ann@x.test", "192.0.2.1"}));
  (void)wanted({{"domain", "a.test,b.test"}, {"address", "x*@a.test"}});
  EXPECT_EQ(question_.domain, "");
  EXPECT_EQ(question_.subjects, (Subjects{"a.test", "b.test", "x*@a.test"}));
  (void)wanted({{"address", "Ann@x.test"}, {"role", "sender"}});
  EXPECT_EQ(question_.subjects, Subjects{"Ann@x.test"});
}

}  // namespace
}  // namespace waybill::query
