// Who asked for what, and what steers: the views `accesses` and `control`, and reads of them.
#include <gtest/gtest.h>

#include "projector/history.h"
#include "tests/support/folded_views.h"

namespace waybill::projector {
namespace {

using schemas::Sight;
using tests::EventLog;
using tests::FoldedViews;

schemas::Event access(const char* principal, const char* subject, const char* domain = "") {
  schemas::Event out;
  out.set_domain(domain);
  out.mutable_access()->set_principal(principal);
  out.mutable_access()->set_subject(subject);
  return out;
}

schemas::Event control(const char* id, const char* after, const char* subject = "token") {
  schemas::Event out;
  out.mutable_control()->set_subject(subject);
  out.mutable_control()->set_subject_id(id);
  out.mutable_control()->set_after(after);
  return out;
}

// "principal>subject", newest first.
std::vector<std::string> told(const AccessPage& page) {
  std::vector<std::string> out;
  for (const auto& event : page.events) {
    out.push_back(event.access().principal() + ">" + event.access().subject());
  }
  return out;
}

using Lines = std::vector<std::string>;

class AccessesTest : public testing::Test {
 protected:
  AccessesTest() {
    log_.add(access("local", "a@x.test", "x.test"));
    log_.add(tests::accepted({}));
    log_.add(access("token 1", "b@y.test", "y.test"));
    log_.add(access("token 1", "a@x.test", "x.test"));
    log_.add(access("token 1", ""));
  }
  Lines ask(const AccessQuestion& question, const Sight& sight = Sight::all()) {
    return told(FoldedViews(log_).history().accesses(question, sight).value());
  }
  EventLog log_;
};

TEST_F(AccessesTest, AreToldNewestFirst) {
  EXPECT_EQ(ask({}), (Lines{"token 1>", "token 1>a@x.test", "token 1>b@y.test", "local>a@x.test"}));
}

TEST_F(AccessesTest, AreFoundBySubjectAndByPrincipal) {
  EXPECT_EQ(ask({.subject = "a@x.test"}), (Lines{"token 1>a@x.test", "local>a@x.test"}));
  EXPECT_EQ(ask({.principal = "local"}), (Lines{"local>a@x.test"}));
  EXPECT_EQ(ask({.subject = "a@x.test", .principal = "token 1"}), (Lines{"token 1>a@x.test"}));
  EXPECT_EQ(ask({.subject = "a@x.tes"}), Lines());
}

TEST_F(AccessesTest, OfOtherDomainsAreNotThere) {
  EXPECT_EQ(ask({}, Sight::of({"y.test"})), (Lines{"token 1>b@y.test"}));
  EXPECT_EQ(ask({.subject = "a@x.test"}, Sight::of({"y.test"})), Lines());
  EXPECT_EQ(ask({}, Sight::of({})), Lines());
}

TEST_F(AccessesTest, ComeInPages) {
  const FoldedViews views(log_);
  Lines all;
  AccessQuestion question{.limit = 1};
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = views.history().accesses(question, Sight::all()).value();
    const Lines lines = told(page);
    all.insert(all.end(), lines.begin(), lines.end());
    question.before = page.next;
    if (!page.next) break;
  }
  EXPECT_EQ(all, ask({}));
  for (const std::size_t limit : {std::size_t{0}, kMaxPage + 1}) {
    EXPECT_EQ(views.history().accesses({.limit = limit}, Sight::all()).error(),
              runtime::Errc::invalid);
  }
}

// A page of a narrow sight ends after so many events, and goes on.
TEST_F(AccessesTest, APageReadsABoundedNumberOfEvents) {
  EventLog log;
  log.add(access("local", "a@x.test", "x.test"));
  for (std::size_t i = 0; i < kMaxEventsRead; ++i) log.add(access("local", "b@y.test", "y.test"));
  const FoldedViews views(log);
  const auto first = views.history().accesses({}, Sight::of({"x.test"})).value();
  EXPECT_TRUE(first.events.empty());
  ASSERT_TRUE(first.next);
  const auto second =
      views.history().accesses({.before = first.next}, Sight::of({"x.test"})).value();
  EXPECT_EQ(told(second), (Lines{"local>a@x.test"}));
  EXPECT_FALSE(second.next);
}

TEST(ControlTest, HasTheNewestStateOfEachThing) {
  EventLog log;
  log.add(control("1", "old"));
  log.add(control("2", "two"));
  log.add(control("1", "new"));
  log.add(control("1", "route", "route"));
  log.add(control("x", "zero", std::string("tok\0en", 6).c_str()));
  const auto events = FoldedViews(log).history().control("token").value();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].control().after(), "new");
  EXPECT_EQ(events[1].control().after(), "two");
  EXPECT_TRUE(FoldedViews().history().control("token").value().empty());
}

}  // namespace
}  // namespace waybill::projector
