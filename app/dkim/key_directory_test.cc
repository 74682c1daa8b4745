#include "app/dkim/key_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "runtime/durable_file.h"
#include "runtime/private_key.h"
#include "tests/support/temporary_directory.h"

namespace waybill::app {
namespace {

namespace fs = std::filesystem;
using runtime::Errc;
using runtime::PrivateKey;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kDomain = "x.test";

class KeyDirectoryTest : public testing::Test {
 protected:
  runtime::Explained<std::vector<DkimKeyFile>> make(
      const std::string& selector, DkimAlgorithms algorithms = DkimAlgorithms::ed25519) {
    return make_dkim_keys(place_, kDomain, selector, algorithms);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(place_ + "/" + kDomain)) {
      out.push_back(entry.path().filename());
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  std::vector<std::string> signing() const {
    std::vector<std::string> out;
    for (const auto& key : *read_signing_keys(place_, kDomain)) out.push_back(key.selector);
    return out;
  }
  std::string path(const std::string& name) const { return place_ + "/" + kDomain + "/" + name; }

  const tests::TemporaryDirectory directory_;
  const std::string place_ = directory_.path("dkim");
};

TEST_F(KeyDirectoryTest, NothingIsThereBeforeAnythingIsMade) {
  EXPECT_TRUE(dkim_key_files(place_, kDomain)->empty());
  EXPECT_TRUE(read_signing_keys(place_, kDomain)->empty());
  EXPECT_EQ(activate_dkim_keys(place_, kDomain).error(), Errc::not_found);
}

TEST_F(KeyDirectoryTest, WhatIsMadeIsForItsOwnerAloneAndDoesNotSignYet) {
  ASSERT_TRUE(make("s", DkimAlgorithms::both));
  EXPECT_THAT(names(), ElementsAre("s-ed25519.pem.next", "s-rsa.pem.next"));
  EXPECT_THAT(signing(), ElementsAre());
  for (const std::string& name : names()) {
    struct stat about {};
    ASSERT_EQ(::stat(path(name).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 07777, 0600u);
  }
  EXPECT_EQ(fs::status(place_).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(place_ + "/" + kDomain).permissions(), fs::perms::owner_all);
}

TEST_F(KeyDirectoryTest, WhatIsActivatedSignsRsaFirst) {
  ASSERT_TRUE(make("s", DkimAlgorithms::both));
  const auto old = activate_dkim_keys(place_, kDomain);
  ASSERT_TRUE(old);
  EXPECT_TRUE(old->empty());
  EXPECT_THAT(signing(), ElementsAre("s-rsa", "s-ed25519"));
}

TEST_F(KeyDirectoryTest, FreshKeysTakeThePlaceOfThoseOfTheirType) {
  ASSERT_TRUE(make("a", DkimAlgorithms::both));
  ASSERT_TRUE(activate_dkim_keys(place_, kDomain));
  ASSERT_TRUE(make("b"));
  EXPECT_THAT(signing(), ElementsAre("a-rsa", "a-ed25519"));
  const auto old = activate_dkim_keys(place_, kDomain);
  ASSERT_TRUE(old);
  EXPECT_THAT(*old, ElementsAre(DkimKeyFile{"a-ed25519", DkimUse::old, path("a-ed25519.pem.old")}));
  EXPECT_THAT(signing(), ElementsAre("a-rsa", "b"));
}

TEST_F(KeyDirectoryTest, NoKeyIsEverWrittenOver) {
  ASSERT_TRUE(make("s"));
  for (const char* name : {"s.pem.next", "s.pem", "s.pem.old"}) {
    fs::rename(path(names().front()), path(name));
    const std::string before = *runtime::read_file(path(name));
    const auto again = make("s");
    ASSERT_FALSE(again) << name;
    EXPECT_EQ(again.error(), Errc::refused);
    EXPECT_THAT(again.error().why, HasSubstr(path(name)));
    EXPECT_EQ(*runtime::read_file(path(name)), before);
    EXPECT_EQ(names().size(), 1u);
  }
}

TEST_F(KeyDirectoryTest, OfTwoKeysNoneIsMadeWhereOneIsThere) {
  ASSERT_TRUE(make("s-ed25519"));
  EXPECT_EQ(make("s", DkimAlgorithms::both).error(), Errc::refused);
  EXPECT_THAT(names(), ElementsAre("s-ed25519.pem.next"));
}

TEST_F(KeyDirectoryTest, ASelectorIsANameInDns) {
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("../x"), std::string("a/b"),
        std::string(".a"), std::string("a\nb"), std::string(64, 'a'), std::string("\xc3\xa9")}) {
    const auto made = make(name);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error(), Errc::invalid) << name;
  }
  EXPECT_FALSE(fs::exists(place_));
  EXPECT_TRUE(make("a.b_c-1"));
}

TEST_F(KeyDirectoryTest, AFileThatIsNoKeyForItsOwnerAloneIsNamed) {
  ASSERT_TRUE(make("s"));
  ASSERT_TRUE(activate_dkim_keys(place_, kDomain));
  const auto why = [&] { return read_signing_keys(place_, kDomain).error().why; };
  ::chmod(path("s.pem").c_str(), 0640);
  EXPECT_THAT(why(), HasSubstr(path("s.pem") + " may be read by others"));
  ::chmod(path("s.pem").c_str(), 0600);
  EXPECT_TRUE(read_signing_keys(place_, kDomain));
  ASSERT_TRUE(runtime::replace_file(path("s.pem"), "no key"));
  EXPECT_THAT(why(), HasSubstr(path("s.pem") + " holds no RSA or Ed25519 key"));
  fs::remove(path("s.pem"));
  fs::create_directory(path("s.pem"));
  EXPECT_THAT(why(), HasSubstr(path("s.pem") + " is not a regular file"));
  fs::remove(path("s.pem"));
  fs::create_symlink("nowhere", path("s.pem"));
  EXPECT_THAT(why(), HasSubstr("cannot read " + path("s.pem")));
  fs::remove(path("s.pem"));
  ASSERT_TRUE(runtime::replace_file(path("a b.pem"), "x"));
  EXPECT_THAT(why(), HasSubstr("is no name of a selector"));
}

// Keys from elsewhere need no more than a name; what else lies there is no key.
TEST_F(KeyDirectoryTest, OnlyNamesThatEndAsKeysDoAreKeys) {
  ASSERT_TRUE(make("s"));
  ASSERT_TRUE(activate_dkim_keys(place_, kDomain));
  const std::string pem = *runtime::read_file(path("s.pem"));
  for (const char* name : {"t.pem.new", ".pem", "readme", "t.pem~", "t.key"}) {
    ASSERT_TRUE(runtime::replace_file(path(name), pem));
  }
  EXPECT_EQ(dkim_key_files(place_, kDomain)->size(), 1u);
  ASSERT_TRUE(runtime::replace_file(path("theirs.pem"), pem));
  EXPECT_THAT(signing(), ElementsAre("s", "theirs"));
}

TEST_F(KeyDirectoryTest, MoreKeysThanAMessageBearsAreRefused) {
  ASSERT_TRUE(make("s"));
  ASSERT_TRUE(activate_dkim_keys(place_, kDomain));
  const std::string pem = *runtime::read_file(path("s.pem"));
  for (std::size_t i = 1; i < kMaxSigningKeys; ++i) {
    ASSERT_TRUE(runtime::replace_file(path("s" + std::to_string(i) + ".pem"), pem));
  }
  EXPECT_EQ(signing().size(), kMaxSigningKeys);
  ASSERT_TRUE(runtime::replace_file(path("z.pem"), pem));
  EXPECT_EQ(read_signing_keys(place_, kDomain).error(), Errc::invalid);
}

}  // namespace
}  // namespace waybill::app
