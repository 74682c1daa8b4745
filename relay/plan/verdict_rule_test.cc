#include "relay/plan/verdict_rule.h"

#include <gtest/gtest.h>

namespace waybill::relay::plan {
namespace {

using forward::HopAnswer;
using Kind = HopAnswer::Kind;
using schemas::Reply;

HopAnswer answer(Kind kind, Reply reply) {
  HopAnswer out;
  out.kind = kind;
  out.reply = std::move(reply);
  return out;
}

TEST(CarriedOverTest, AReplyOfANextHopBecomesOneThatWeMaySay) {
  const struct {
    Reply theirs;
    Reply ours;
  } cases[] = {
      {{250, "2.1.5", "ok"}, {250, "2.1.5", "ok"}},
      {{250, "", "ok"}, {250, "2.0.0", "ok"}},
      {{251, "2.1.5", "ok"}, {251, "2.1.5", "ok"}},
      {{450, "4.2.0", "greylisted"}, {450, "4.2.0", "greylisted"}},
      {{450, "", "greylisted"}, {450, "4.0.0", "greylisted"}},
      {{550, "", "no"}, {550, "5.0.0", "no"}},
      {{550, "5.7.1", "no"}, {550, "5.7.1", "no"}},
      {{556, "5.1.10", "null MX"}, {556, "5.1.10", "null MX"}},
      // A status of another class would contradict the code.
      {{550, "4.7.1", "no"}, {550, "5.0.0", "no"}},
      {{450, "5.7.1", "no"}, {450, "4.0.0", "no"}},
      // 421 would end our own session.
      {{421, "4.3.2", "going down"}, {451, "4.3.2", "going down"}},
      {{421, "", "going down"}, {451, "4.0.0", "going down"}},
      {{550, "5.1.1", "two\nlines"}, {550, "5.1.1", "two\nlines"}},
      {{550, "5.1.1", "a\r\x07 b"}, {550, "5.1.1", "a   b"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.theirs.code << ' ' << c.theirs.enhanced);
    const Reply ours = carried_over(c.theirs);
    EXPECT_EQ(ours.code, c.ours.code);
    EXPECT_EQ(ours.enhanced, c.ours.enhanced);
    EXPECT_EQ(ours.text, c.ours.text);
  }
}

TEST(WholeOfTest, TheMessageIsTakenWhereSomebodyHasItAndComesAgainWhereSomebodyMay) {
  const Reply taken{250, "2.0.0", "taken"};
  const Reply later{451, "4.2.0", "later"};
  const Reply no{550, "5.1.1", "no"};
  EXPECT_EQ(whole_of({no, later, taken}).code, 250);
  EXPECT_EQ(whole_of({no, later, taken}).text, "Taken for 1 of 3 recipients");
  EXPECT_EQ(whole_of({no, later}).code, 451);
  EXPECT_EQ(whole_of({no, no}).text, "no");
}

// "taken", "no" and "later" are what next hops say; "doubt" is ours.
HopAnswer said(std::string_view word) {
  if (word == "taken") return answer(Kind::accepted, {250, "2.0.0", "taken"});
  if (word == "taken 251") return answer(Kind::accepted, {251, "2.1.5", "taken"});
  if (word == "no") return answer(Kind::refused, {550, "5.1.1", "no"});
  if (word == "never") return answer(Kind::refused, {554, "5.7.1", "never"});
  if (word == "later") return answer(Kind::deferred, {450, "4.2.0", "later"});
  if (word == "closing") return answer(Kind::deferred, {421, "4.3.2", "closing"});
  return answer(Kind::in_doubt, {451, "4.4.2", "doubt"});
}

TEST(VerdictsTest, SeveralAnswersBecomeTheOneReplyThatIsTrueOfAll) {
  const struct {
    std::vector<std::string_view> answers;
    Reply expected;
  } cases[] = {
      // One answer is carried over.
      {{"taken"}, {250, "2.0.0", "taken"}},
      {{"taken 251"}, {250, "2.1.5", "taken"}},
      {{"no"}, {550, "5.1.1", "no"}},
      {{"later"}, {450, "4.2.0", "later"}},
      {{"closing"}, {451, "4.3.2", "closing"}},
      {{"doubt"}, {451, "4.4.2", "doubt"}},
      // All took it.
      {{"taken", "taken"}, {250, "2.0.0", "Forwarded to 2 targets"}},
      {{"taken", "taken 251", "taken"}, {250, "2.0.0", "Forwarded to 3 targets"}},
      // Any open: the sender is to come again, whatever the others said and in whatever order.
      {{"taken", "later"}, {451, "4.2.0", "later"}},
      {{"later", "taken"}, {451, "4.2.0", "later"}},
      {{"no", "later"}, {451, "4.2.0", "later"}},
      {{"later", "no"}, {451, "4.2.0", "later"}},
      {{"taken", "doubt"}, {451, "4.4.2", "doubt"}},
      {{"no", "doubt"}, {451, "4.4.2", "doubt"}},
      {{"doubt", "later"}, {451, "4.4.2", "doubt"}},
      {{"later", "doubt"}, {451, "4.2.0", "later"}},
      {{"taken", "no", "closing"}, {451, "4.3.2", "closing"}},
      // None open: the first refusal.
      {{"no", "never"}, {550, "5.1.1", "no"}},
      {{"never", "no"}, {554, "5.7.1", "never"}},
      {{"taken", "no"}, {550, "5.1.1", "no"}},
      {{"no", "taken", "taken"}, {550, "5.1.1", "no"}},
  };
  for (const auto& c : cases) {
    Verdicts combined;
    std::string words;
    for (const auto word : c.answers) {
      combined.add(said(word));
      words.append(word).append(" ");
    }
    SCOPED_TRACE(words);
    EXPECT_EQ(combined.reply().code, c.expected.code);
    EXPECT_EQ(combined.reply().enhanced, c.expected.enhanced);
    EXPECT_EQ(combined.reply().text, c.expected.text);
  }
}

TEST(VerdictsTest, ASenderThatWasToldOfTheRefusedOnesNeedNotSendAgain) {
  Verdicts mixed;
  mixed.add(said("taken"));
  mixed.add(said("no"));
  mixed.add_done();
  EXPECT_EQ(mixed.sum(), Verdicts::Sum::mixed);
  EXPECT_EQ(mixed.reply().code, 550);
  const Reply told = mixed.reply(Verdicts::Told::yes);
  EXPECT_EQ(told.code, 250);
  EXPECT_EQ(told.text, "Forwarded to 2 of 3 targets; a notice tells of the others");
}

TEST(VerdictsTest, WhatAnEarlierTryHasDoneCountsAsTaken) {
  Verdicts verdicts;
  verdicts.add_done();
  EXPECT_EQ(verdicts.sum(), Verdicts::Sum::all_taken);
  EXPECT_EQ(verdicts.reply().text, "Message taken");
  verdicts.add(said("no"));
  EXPECT_EQ(verdicts.sum(), Verdicts::Sum::mixed);
  verdicts.add(said("later"));
  EXPECT_EQ(verdicts.sum(), Verdicts::Sum::open);
  EXPECT_EQ(verdicts.reply().code, 451);
}

}  // namespace
}  // namespace waybill::relay::plan
