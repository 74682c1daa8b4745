#include "runtime/secret_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace waybill::runtime {
namespace {

const std::string kSecret = "00112233445566778899aabbccddeeff";

class SecretFileTest : public ::testing::Test {
 protected:
  void write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path_) << text;
    EXPECT_EQ(::chmod(path_.c_str(), mode), 0);
  }

  Explained<SharedSecret> read() { return SharedSecret::read(path_); }

  // Refused as invalid, with a reason that names the file, holds `words` and no secret.
  void expect_wrong(const std::string& words) {
    const auto secret = read();
    ASSERT_FALSE(secret);
    const Failure failure = secret.error();
    EXPECT_EQ(failure, Errc::invalid);
    EXPECT_EQ(failure.why.find(path_), 0u) << failure.why;
    EXPECT_NE(failure.why.find(words), std::string::npos) << failure.why;
    EXPECT_EQ(failure.why.find(kSecret), std::string::npos)
        << "a reason is logged, a secret is not";
  }

  const tests::TemporaryDirectory folder_;
  std::string path_ = folder_.path("secret");
};

TEST_F(SecretFileTest, OneLineIsTheSecretWhateverItsEnd) {
  for (const std::string end : {"", "\n", "\r\n"}) {
    write(kSecret + end);
    const auto secret = read();
    ASSERT_TRUE(secret) << secret.error().why;
    EXPECT_EQ(secret->authorization(), "Bearer " + kSecret);
  }
}

TEST_F(SecretFileTest, AnOwnerMayWriteProtectIt) {
  write(kSecret, 0400);
  EXPECT_TRUE(read());
}

TEST_F(SecretFileTest, WhatOthersMayTouchIsRefused) {
  for (const mode_t mode : {0640, 0604, 0620, 0601}) {
    write(kSecret, mode);
    expect_wrong("chmod 600 it");
  }
}

TEST_F(SecretFileTest, ASecretHasItsLengthAndNothingInvisible) {
  const std::string longest(kMostSecret, 'x');
  for (const std::string& good : {longest, longest + "\r\n"}) {
    write(good);
    EXPECT_TRUE(read());
  }
  const std::string bad[] = {"",
                             "\n",
                             kSecret.substr(1) + "\n",
                             longest + "x",
                             longest + "x\r\n",
                             std::string(1 << 20, 'x'),
                             kSecret + "\n\n",
                             kSecret + "\n" + kSecret + "\n",
                             "two words " + kSecret,
                             kSecret + "\t",
                             kSecret + "\x7f",
                             kSecret + "\xc3\xa4",
                             kSecret + std::string(1, '\0')};
  for (const std::string& text : bad) {
    write(text);
    expect_wrong("openssl rand -hex 32");
  }
}

TEST_F(SecretFileTest, AFileThatIsNotThereSaysHowToMakeOne) {
  const auto secret = read();
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error(), Errc::not_found);
  const std::string why = secret.error().why;
  EXPECT_NE(why.find(path_ + ": No such file"), std::string::npos) << why;
  EXPECT_NE(why.find("openssl rand -hex 32 > " + path_), std::string::npos) << why;
}

TEST_F(SecretFileTest, OnlyARegularFileHoldsASecret) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  expect_wrong("not a regular file");
  path_ = folder_.path();
  expect_wrong("not a regular file");
}

TEST_F(SecretFileTest, WhatTheSystemDoesNotOpenIsAnErrorOfItsOwn) {
  path_ = folder_.path("loop");
  std::filesystem::create_symlink(path_, path_);
  const auto secret = read();
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error(), Errc::io_error);
  const std::string why = secret.error().why;
  EXPECT_NE(why.find("cannot read " + path_), std::string::npos) << why;
}

TEST_F(SecretFileTest, OnlyTheWholeSecretAsBearerShowsIt) {
  write(kSecret + "\n");
  const auto secret = read();
  ASSERT_TRUE(secret) << secret.error().why;
  for (const std::string good : {"Bearer ", "bearer ", "BEARER "}) {
    EXPECT_TRUE(secret->shown_by(good + kSecret)) << good;
  }
  const std::string bad[] = {"",
                             "Bearer",
                             "Bearer ",
                             kSecret,
                             "Basic " + kSecret,
                             "Bearer" + kSecret,
                             "Bearer  " + kSecret,
                             "Bearer " + kSecret + "0",
                             "Bearer " + kSecret.substr(1),
                             "Bearer " + kSecret.substr(0, 31) + "e",
                             "Bearer 1" + kSecret.substr(1),
                             "Bearer " + kSecret + std::string(1, '\0')};
  for (const std::string& value : bad) EXPECT_FALSE(secret->shown_by(value)) << value;
}

TEST_F(SecretFileTest, ALineOfAnotherLengthIsReadToo) {
  for (const std::string end : {"", "\n", "\r\n"}) {
    write("p w\xc3\xa4" + end);
    const auto line = read_secret_line(path_, 5);
    ASSERT_TRUE(line) << line.error().why;
    EXPECT_EQ(*line, "p w\xc3\xa4");
  }
  for (const std::string text : {"", "\n", "123456", "123456\n", "1\n2", "1\n\n", "1\t2"}) {
    write(text);
    const auto line = read_secret_line(path_, 5);
    ASSERT_FALSE(line) << text;
    EXPECT_EQ(line.error(), Errc::invalid);
    EXPECT_EQ(line.error().why.find("123456"), std::string::npos);
  }
  write("hush", 0640);
  EXPECT_NE(read_secret_line(path_, 5).error().why.find("chmod 600 it"), std::string::npos);
  std::filesystem::remove(path_);
  EXPECT_EQ(read_secret_line(path_, 5).error(), Errc::not_found);
}

}  // namespace
}  // namespace waybill::runtime
