#include "runtime/privileges.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace waybill::runtime {
namespace {

constexpr char kStatus[] =
    "Name:\twaybill\nUid:\t998\t997\t998\t998\nGid:\t1\t1\t1\t1\nCapPrm:\t0000000000000400\n"
    "CapEff:\t0000000000000400\nCapBnd:\t000001ffffffffff\nNoNewPrivs:\t1\nSeccomp:\t0\n";

TEST(PrivilegesTest, AreReadFromTheStatusOfAProcess) {
  const auto read = privileges_in(kStatus);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->user, 997u) << "the effective one";
  EXPECT_EQ(read->capabilities, kBindLowPorts);
  EXPECT_FALSE(read->may_gain);
}

TEST(PrivilegesTest, AreUnknownWhereTheStatusDoesNotSay) {
  for (const char* status :
       {"", "Uid:\t0\n", "Uid:\t1\nCapEff:\t0\nNoNewPrivs:\t1\n",
        "Uid:\t1\t1\nCapEff:\tx\nNoNewPrivs:\t1\n", "Uid:\t1\t1\nCapEff:\t0\nNoNewPrivs:\n"}) {
    EXPECT_FALSE(privileges_in(status)) << status;
  }
}

TEST(PrivilegesTest, OfThisProcessAreKnown) {
  const auto own = privileges_of(::getpid());
  ASSERT_TRUE(own);
  EXPECT_EQ(own->user, ::geteuid());
  EXPECT_FALSE(privileges_of(-1));
}

// What a child says before it ends: nothing that it gives up is missed here.
std::string said_by_child(const std::function<std::string()>& says) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string text = says();
    const auto wrote = ::write(ends[1], text.data(), text.size());
    ::_exit(wrote < 0 ? 1 : 0);
  }
  ::close(ends[1]);
  std::string out(4096, '\0');
  const auto count = ::read(ends[0], out.data(), out.size());
  out.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return out;
}

TEST(PrivilegesTest, BecomingAUserLeavesNothingOfRoot) {
  const bool root = ::geteuid() == 0;
  const std::string said = said_by_child([] {
    if (const auto became = become("nobody"); !became) return became.error().why;
    const auto now = privileges_of(::getpid());
    return user_name(::geteuid()) + (now->capabilities == 0 ? " without" : " with") +
           (now->may_gain ? " and more" : " and never again") + (::setuid(0) == 0 ? ", root" : "");
  });
  const std::string as = user_name(::geteuid());
  EXPECT_EQ(said, root || as == "nobody"
                      ? "nobody without and never again"
                      : "this process is " + as + ": only root can become another user");
}

TEST(PrivilegesTest, NobodyBecomesRootOrAUserThatIsNotThere) {
  const auto failure = [](const char* user) {
    return said_by_child([user] {
      const auto became = become(user);
      return became ? std::string("became") : became.error().why;
    });
  };
  EXPECT_EQ(failure("root"), "that is root");
  EXPECT_EQ(failure("nobody-of-that-name"), "there is no such user here");
}

}  // namespace
}  // namespace waybill::runtime
