// The tree is what the command line was given, word for word.
#include "app/command/tree.h"

#include <gtest/gtest.h>

#include "app/command/command_line.h"

namespace waybill::app {
namespace {

class TreeTest : public testing::Test {
 protected:
  const OptionNode& option(const CommandNode& command, const std::string& name) {
    for (const OptionNode& one : command.options) {
      if (one.position == name) return one;
      for (const std::string& own : one.names) {
        if (own == name) return one;
      }
    }
    static const OptionNode kNone;
    ADD_FAILURE() << command.name << " has no " << name;
    return kNone;
  }
  CommandLine line_{"What it is.", "1.0"};
};

TEST_F(TreeTest, HasCommandsWithTheirTexts) {
  Command root = line_.root();
  Command token = root.add_command("token", "Who may ask");
  token.footer("Below.");
  token.add_command("create", "Make one");
  const CommandNode tree = root.tree();
  EXPECT_EQ(tree.name, "waybill");
  EXPECT_EQ(tree.what, "What it is.");
  ASSERT_EQ(tree.commands.size(), 1U);
  EXPECT_EQ(tree.commands[0].name, "token");
  EXPECT_EQ(tree.commands[0].what, "Who may ask");
  EXPECT_EQ(tree.commands[0].footer, "Below.");
  ASSERT_EQ(tree.commands[0].commands.size(), 1U);
  EXPECT_EQ(tree.commands[0].commands[0].name, "create");
  EXPECT_TRUE(option(tree, "--version").value.empty());
}

TEST_F(TreeTest, HasOptionsWithWhatTheyTake) {
  std::string file;
  std::string match = "mailbox";
  std::string kind;
  std::vector<std::string> words;
  std::uint64_t limit = 50;
  bool all = false;
  Command root = line_.root();
  root.add("-c,--config", file, "Where").type_name("FILE").required();
  root.add("--match", match, "Which").one_of({"mailbox", "exact"}).shows_default();
  root.add("--kind", kind, "What").proposes({"bounced", "dropped"});
  root.add("--limit", limit, "How many").between(1, 100).shows_default();
  root.add("--to", file, "Where to").type_name("IP:PORT");
  root.add_flag("--all", all, "All");
  root.add("query", words, "Words");
  const CommandNode tree = root.tree();
  const OptionNode& config = option(tree, "--config");
  EXPECT_EQ(config.names, (std::vector<std::string>{"-c", "--config"}));
  EXPECT_EQ(config.value, "FILE");
  EXPECT_TRUE(config.required);
  EXPECT_EQ(option(tree, "--match").words, (std::vector<std::string>{"mailbox", "exact"}));
  EXPECT_EQ(option(tree, "--match").standard, "mailbox");
  EXPECT_EQ(option(tree, "--match").value, "TEXT");
  EXPECT_EQ(option(tree, "--kind").words, (std::vector<std::string>{"bounced", "dropped"}));
  EXPECT_EQ(option(tree, "--limit").value, "UINT");
  EXPECT_TRUE(option(tree, "--limit").words.empty());
  EXPECT_EQ(option(tree, "--to").value, "IP:PORT");
  EXPECT_EQ(option(tree, "--all").value, "");
  const OptionNode& query = option(tree, "query");
  EXPECT_TRUE(query.names.empty());
  EXPECT_TRUE(query.repeatable);
}

TEST_F(TreeTest, WhatIsProposedIsNotAllThatIsTaken) {
  std::string kind;
  Command root = line_.root();
  Command find = root.add_command("find", "Look");
  find.add("--kind", kind, "What").proposes({"bounced", "dropped"});
  find.runs([] { return 7; });
  const char* const arguments[] = {"waybill", "find", "--kind", "bounced,dropped"};
  EXPECT_EQ(line_.run(4, arguments), 7);
  EXPECT_EQ(kind, "bounced,dropped");
}

}  // namespace
}  // namespace waybill::app
