#include "relay/routes/route_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "relay/routes/current_routes.h"
#include "tests/support/routes.h"

namespace waybill::relay::routes {
namespace {

using schemas::Address;
using schemas::DomainRoutes;
using schemas::DropSilently;
using schemas::ForwardTo;
using schemas::LocalPartCase;
using schemas::RejectWith;
using schemas::RouteAction;

RouteAction to(const char* target) { return tests::forward_to({target}); }

// Folding, with subaddresses, without a catch-all.
DomainRoutes plain_domain() {
  DomainRoutes domain;
  domain.name = "plain.example";
  domain.subaddress_separator = '+';
  domain.aliases.emplace("buzz", to("buzz@target.example"));
  domain.aliases.emplace("buzz+list", to("list@target.example"));
  domain.aliases.emplace("straße", to("strasse@target.example"));
  domain.aliases.emplace("spam", RejectWith{{550, "5.7.1", "No"}});
  domain.aliases.emplace("void", DropSilently{});
  return domain;
}

// Letters as given, no subaddresses.
DomainRoutes exact_domain() {
  DomainRoutes domain;
  domain.name = "exact.example";
  domain.local_case = LocalPartCase::keep;
  domain.aliases.emplace("Buzz", to("upper@target.example"));
  domain.aliases.emplace("buzz", to("lower@target.example"));
  domain.aliases.emplace("postmaster", to("postmaster@target.example"));
  return domain;
}

DomainRoutes catching_domain() {
  DomainRoutes domain;
  domain.name = "catch.example";
  domain.subaddress_separator = '-';
  domain.aliases.emplace("buzz", to("buzz@target.example"));
  domain.catch_all = to("all@target.example");
  return domain;
}

RouteTable table() { return RouteTable({plain_domain(), exact_domain(), catching_domain()}); }

// What a lookup says: "alias <- route -> action", "alias unknown" or "unknown domain".
std::string told(const Lookup& lookup) {
  if (std::holds_alternative<UnknownDomain>(lookup)) return "unknown domain";
  if (const auto* unknown = std::get_if<UnknownAlias>(&lookup)) {
    return unknown->alias.text() + " unknown";
  }
  const auto& found = std::get<Found>(lookup);
  std::string out = found.alias.text() + " <- " + found.route + " -> ";
  if (const auto* forward = std::get_if<ForwardTo>(found.action)) {
    return out + forward->targets.front().text();
  }
  if (const auto* reject = std::get_if<RejectWith>(found.action)) {
    return out + std::to_string(reject->reply.code);
  }
  return out + "drop";
}

TEST(RouteTableTest, FindsWhatIsConfigured) {
  const RouteTable routes = table();
  const struct {
    const char* recipient;
    const char* told;
  } cases[] = {
      // the alias itself, letters folded
      {"buzz@plain.example", "buzz@plain.example <- buzz@plain.example -> buzz@target.example"},
      {"BuZZ@Plain.EXAMPLE", "buzz@plain.example <- buzz@plain.example -> buzz@target.example"},
      {"\"buzz\"@plain.example", "buzz@plain.example <- buzz@plain.example -> buzz@target.example"},
      {"STRAßE@plain.example",
       "straße@plain.example <- straße@plain.example -> strasse@target.example"},
      {"spam@plain.example", "spam@plain.example <- spam@plain.example -> 550"},
      {"void@plain.example", "void@plain.example <- void@plain.example -> drop"},
      // the alias with its tag, before the alias without
      {"buzz+list@plain.example",
       "buzz+list@plain.example <- buzz+list@plain.example -> list@target.example"},
      {"buzz+List@plain.example",
       "buzz+list@plain.example <- buzz+list@plain.example -> list@target.example"},
      {"buzz+other@plain.example",
       "buzz+other@plain.example <- buzz@plain.example -> buzz@target.example"},
      {"buzz+@plain.example", "buzz+@plain.example <- buzz@plain.example -> buzz@target.example"},
      {"buzz+a+b@plain.example",
       "buzz+a+b@plain.example <- buzz@plain.example -> buzz@target.example"},
      {"+buzz@plain.example", "+buzz@plain.example unknown"},
      {"buz@plain.example", "buz@plain.example unknown"},
      {"buzz-tag@plain.example", "buzz-tag@plain.example unknown"},
      {"postmaster@plain.example", "postmaster@plain.example unknown"},
      // letters as given, but for postmaster (RFC 5321 4.5.1)
      {"Buzz@exact.example", "Buzz@exact.example <- Buzz@exact.example -> upper@target.example"},
      {"buzz@exact.example", "buzz@exact.example <- buzz@exact.example -> lower@target.example"},
      {"BUZZ@exact.example", "BUZZ@exact.example unknown"},
      {"buzz+tag@exact.example", "buzz+tag@exact.example unknown"},
      {"PostMaster@exact.example",
       "postmaster@exact.example <- postmaster@exact.example -> postmaster@target.example"},
      {"PostMasters@exact.example", "PostMasters@exact.example unknown"},
      // the catch-all, last
      {"buzz-tag@catch.example",
       "buzz-tag@catch.example <- buzz@catch.example -> buzz@target.example"},
      {"Any.One@catch.example", "any.one@catch.example <- *@catch.example -> all@target.example"},
      {"any-tag@catch.example", "any-tag@catch.example <- *@catch.example -> all@target.example"},
      {"postmaster@catch.example",
       "postmaster@catch.example <- *@catch.example -> all@target.example"},
      // a domain is known by its whole name alone
      {"buzz@other.example", "unknown domain"},
      {"buzz@sub.plain.example", "unknown domain"},
      {"buzz@[192.0.2.1]", "unknown domain"},
  };
  for (const auto& c : cases) {
    const auto recipient = Address::parse(c.recipient);
    ASSERT_TRUE(recipient) << c.recipient;
    EXPECT_EQ(told(routes.find(*recipient)), c.told) << c.recipient;
  }
}

// RFC 5321 4.5.1
TEST(RouteTableTest, PostmasterOfEveryDomainHasAPlaceToGo) {
  DomainRoutes refusing = plain_domain();
  refusing.name = "no.example";
  refusing.catch_all = RejectWith{{550, "5.1.1", "No"}};
  const RouteTable routes({plain_domain(), exact_domain(), catching_domain(), refusing},
                          {"mx.exact.example", to("admin@target.example")});
  const struct {
    const char* recipient;
    const char* told;
  } cases[] = {
      {"PostMaster@plain.example",
       "postmaster@plain.example <- postmaster@plain.example -> admin@target.example"},
      {"postmaster@no.example",
       "postmaster@no.example <- postmaster@no.example -> admin@target.example"},
      {"postmaster@exact.example",
       "postmaster@exact.example <- postmaster@exact.example -> postmaster@target.example"},
      {"postmaster@catch.example",
       "postmaster@catch.example <- *@catch.example -> all@target.example"},
      // of the server itself: of the domain of ours that its name is in
      {"POSTMASTER@mx.exact.example",
       "postmaster@exact.example <- postmaster@exact.example -> postmaster@target.example"},
      {"buzz@mx.exact.example", "unknown domain"},
      {"postmaster@mx.plain.example", "unknown domain"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(told(routes.find(*Address::parse(c.recipient))), c.told) << c.recipient;
  }
}

TEST(RouteTableTest, PostmasterOfAServerElsewhereIsTheFirstThatThereIs) {
  const auto told_by = [](std::vector<DomainRoutes> domains) {
    const RouteTable routes(std::move(domains), {"mx.elsewhere.example"});
    return told(routes.find(*Address::parse("postmaster@mx.elsewhere.example")));
  };
  EXPECT_EQ(told_by({plain_domain(), exact_domain()}),
            "postmaster@exact.example <- postmaster@exact.example -> postmaster@target.example");
  EXPECT_EQ(told_by({plain_domain()}), "postmaster@plain.example unknown");
  EXPECT_EQ(told_by({}), "unknown domain");
}

TEST(RouteTableTest, GivesTheDomainWithItsSettings) {
  const RouteTable routes = table();
  const Lookup found = routes.find(*Address::parse("buzz@plain.example"));
  EXPECT_EQ(std::get<Found>(found).domain, &routes.domains().at("plain.example"));
  const Lookup unknown = routes.find(*Address::parse("nobody@exact.example"));
  EXPECT_EQ(std::get<UnknownAlias>(unknown).domain, &routes.domains().at("exact.example"));
}

TEST(RouteTableTest, KnowsNothingWhenEmpty) {
  EXPECT_EQ(told(RouteTable().find(*Address::parse("buzz@plain.example"))), "unknown domain");
}

TEST(RouteTableDeathTest, RefusesADomainTwice) {
  EXPECT_DEATH(RouteTable({plain_domain(), plain_domain()}), "a domain is configured once");
}

TEST(CurrentRoutesTest, LeavesTheOldTableToWhoHoldsIt) {
  CurrentRoutes current(std::make_shared<RouteTable>(table()));
  const auto before = current.get();
  current.set(std::make_shared<RouteTable>());
  EXPECT_EQ(current.get()->domains().size(), 0u);
  EXPECT_EQ(before->domains().size(), 3u);
}

}  // namespace
}  // namespace waybill::relay::routes
