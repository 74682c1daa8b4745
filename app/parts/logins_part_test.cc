#include "app/parts/logins_part.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace waybill::app {
namespace {

using relay::smtp::Mechanism;

class LoginsPartTest : public testing::Test {
 protected:
  LoginsPartTest() {
    const std::vector<Mechanism> passwords{Mechanism::plain, Mechanism::login};
    config_.logins["a.test"] = {"u", file("one"), passwords};
    config_.logins["b.test"] = {"u", file("one"), passwords};
    config_.logins["c.test"] = {"u", file("two"), {Mechanism::oauthbearer}};
    write("one", "first\n");
    write("two", "token\n");
  }

  std::string file(const std::string& name) const { return directory_.path(name); }
  void write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    // Written beside it and renamed, as a program does that renews tokens.
    const std::string fresh = file(name) + ".new";
    std::ofstream(fresh) << text;
    ASSERT_EQ(::chmod(fresh.c_str(), mode), 0);
    std::filesystem::rename(fresh, file(name));
    // Whatever the clock of the file system can tell apart.
    std::filesystem::last_write_time(
        file(name), std::filesystem::file_time_type::clock::now() + std::chrono::hours(++writes_));
  }
  static std::string secret(const LoginsPart& part, std::string_view domain) {
    const auto login = part.logins().of(domain);
    return login == nullptr ? "none" : login->credentials().secret;
  }

  const tests::TemporaryDirectory directory_;
  int writes_ = 0;
  Config config_;
};

TEST_F(LoginsPartTest, DomainsThatSayTheSameShareOneLogin) {
  Process process({}, config_);
  auto& part = process.add<LoginsPart>();
  const auto started = part.start();
  ASSERT_TRUE(started) << started.error().why;
  EXPECT_EQ(secret(part, "a.test"), "first");
  EXPECT_EQ(part.logins().of("a.test"), part.logins().of("b.test"));
  EXPECT_EQ(secret(part, "c.test"), "token");
  EXPECT_EQ(secret(part, "d.test"), "none");
}

TEST_F(LoginsPartTest, ASecretThatHasChangedIsAnotherLoginAndTheSameOneGoesOn) {
  Process process({}, config_);
  auto& part = process.add<LoginsPart>();
  ASSERT_TRUE(part.start());
  const auto before = part.logins().of("a.test");
  const auto token = part.logins().of("c.test");
  write("one", "first\n");
  write("two", "renewed");
  part.tick();
  EXPECT_EQ(part.logins().of("a.test"), before) << "its connections go on";
  EXPECT_EQ(secret(part, "c.test"), "renewed");
  EXPECT_NE(part.logins().of("c.test")->number(), token->number());
}

TEST_F(LoginsPartTest, AFileThatCannotBeReadLeavesTheSecretBefore) {
  Process process({}, config_);
  auto& part = process.add<LoginsPart>();
  ASSERT_TRUE(part.start());
  const auto reload = [&] {
    const auto change = part.reload(config_);
    ASSERT_TRUE(change);
    (*change)();
  };
  write("one", "second\n", 0644);
  reload();
  EXPECT_EQ(secret(part, "a.test"), "first") << "others may read the new one";
  std::filesystem::remove(file("two"));
  write("one", "third\n");
  reload();
  EXPECT_EQ(secret(part, "a.test"), "third");
  EXPECT_EQ(secret(part, "c.test"), "token");
}

TEST_F(LoginsPartTest, AStartIsRefusedWithoutASecretAndSaysWhy) {
  write("two", "token\n", 0640);
  Process process({}, config_);
  auto& part = process.add<LoginsPart>();
  const auto started = part.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().why.find(file("two")), std::string::npos);
  EXPECT_EQ(started.error().why.find("token\n"), std::string::npos);
}

}  // namespace
}  // namespace waybill::app
