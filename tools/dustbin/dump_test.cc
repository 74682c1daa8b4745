#include "tools/dustbin/dump.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "tests/support/temporary_directory.h"

namespace waybill::tools::dustbin {
namespace {

namespace fs = std::filesystem;

class DustbinDumpTest : public testing::Test {
 protected:
  std::string directory() const { return root_.path("mail"); }
  std::string file(const std::string& name) const { return directory() + "/" + name; }

  Dump open() {
    auto dump = Dump::open(directory());
    EXPECT_TRUE(dump) << dump.error().why;
    return std::move(dump).value();
  }

  std::string contents(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::set<std::string> names() const {
    std::set<std::string> out;
    for (const auto& entry : fs::directory_iterator(directory())) {
      out.insert(entry.path().filename().string());
    }
    return out;
  }

  void write(Dump& dump, std::string_view octets) {
    DumpFile file = dump.begin().value();
    ASSERT_TRUE(file.append(octets));
    ASSERT_TRUE(file.keep("{}"));
  }

  const tests::TemporaryDirectory root_;
};

TEST_F(DustbinDumpTest, WritesTheOctetsAsTheyCameAndTheRecordBeside) {
  Dump dump = open();
  const std::string octets("Subject: x\r\n\r\n.dot\r\n\0\xff", 22);
  DumpFile file = dump.begin().value();
  EXPECT_EQ(file.name(), "000001.eml");
  ASSERT_TRUE(file.append(octets.substr(0, 5)));
  ASSERT_TRUE(file.append(octets.substr(5)));
  ASSERT_TRUE(file.keep("{\"event\":\"message\"}"));
  EXPECT_EQ(contents("000001.eml"), octets);
  EXPECT_EQ(contents("000001.json"), "{\"event\":\"message\"}\n");
}

TEST_F(DustbinDumpTest, LeavesNothingOfAMessageThatDidNotComeWhole) {
  Dump dump = open();
  {
    DumpFile file = dump.begin().value();
    ASSERT_TRUE(file.append("half"));
    EXPECT_EQ(names(), std::set<std::string>{"000001.eml"});
  }
  EXPECT_TRUE(names().empty());
}

TEST_F(DustbinDumpTest, CountsOnAfterWhatItFinds) {
  {
    Dump first = open();
    write(first, "a");
    write(first, "b");
  }
  std::ofstream(file("000009.json")) << "{}";
  std::ofstream(file("999999x.eml")) << "not ours";
  Dump second = open();
  write(second, "c");
  EXPECT_EQ(contents("000001.eml"), "a");
  EXPECT_EQ(contents("000010.eml"), "c");
}

TEST_F(DustbinDumpTest, NeverOverwritesAFile) {
  Dump dump = open();
  std::ofstream(file("000001.eml")) << "came meanwhile";
  write(dump, "the next");
  EXPECT_EQ(contents("000001.eml"), "came meanwhile");
  EXPECT_EQ(contents("000002.eml"), "the next");
}

TEST_F(DustbinDumpTest, FailsWhenItsDirectoryIsGone) {
  Dump dump = open();
  fs::remove_all(directory());
  EXPECT_FALSE(dump.begin());
}

TEST_F(DustbinDumpTest, SaysWhyADirectoryIsOfNoUse) {
  std::ofstream(directory()) << "a file";
  const auto dump = Dump::open(directory());
  ASSERT_FALSE(dump);
  EXPECT_NE(dump.error().why.find(directory()), std::string::npos) << dump.error().why;
}

}  // namespace
}  // namespace waybill::tools::dustbin
