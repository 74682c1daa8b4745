#include "tools/dustbin/dump.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <set>

namespace waybill::tools::dustbin {
namespace {

namespace fs = std::filesystem;

class DustbinDumpTest : public testing::Test {
 protected:
  DustbinDumpTest() {
    std::string pattern = (fs::temp_directory_path() / "waybill-dustbin-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~DustbinDumpTest() override { fs::remove_all(root_); }

  std::string directory() const { return (root_ / "mail").string(); }

  Dump open() {
    auto dump = Dump::open(directory());
    EXPECT_TRUE(dump) << dump.error().why;
    return std::move(dump).value();
  }

  std::string contents(const std::string& name) const {
    std::ifstream file(root_ / "mail" / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
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

  fs::path root_;
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
  std::ofstream(root_ / "mail" / "000009.json") << "{}";
  std::ofstream(root_ / "mail" / "999999x.eml") << "not ours";
  Dump second = open();
  write(second, "c");
  EXPECT_EQ(contents("000001.eml"), "a");
  EXPECT_EQ(contents("000010.eml"), "c");
}

TEST_F(DustbinDumpTest, NeverOverwritesAFile) {
  Dump dump = open();
  std::ofstream(root_ / "mail" / "000001.eml") << "came meanwhile";
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
  std::ofstream(root_ / "mail") << "a file";
  const auto dump = Dump::open(directory());
  ASSERT_FALSE(dump);
  EXPECT_NE(dump.error().why.find(directory()), std::string::npos) << dump.error().why;
}

}  // namespace
}  // namespace waybill::tools::dustbin
