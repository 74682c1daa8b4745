// The command line of `waybill`: commands, their options, and what runs in the end. The one door to
// CLI11, whose headers cost each unit that reads them seconds of compiling.
//
// Each subcommand has a file with add_x(): it declares the command x on its parent, with options
// that live as long as the process, and says by runs() what main() then calls for the exit code.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "app/command/tree.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace waybill::app {

using Run = std::function<int()>;

inline constexpr int kExitOk = 0;
inline constexpr int kExitNo = 1;           // the answer is no: a digest differs, a check failed
inline constexpr int kExitUsage = 2;        // usage or configuration
inline constexpr int kExitEnvironment = 3;  // the environment failed

// Says it on standard error. kExitEnvironment, as what a command returns.
int fail(const std::string& what);

// An option or argument of a command; a handle, cheap to copy.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  // --help names the value that counts without it.
  Option& shows_default();
  // What --help calls its value.
  Option& type_name(const char* name);
  Option& required();
  Option& one_of(std::vector<std::string> words);
  // --help and completion name them; others are taken too.
  Option& proposes(std::vector<std::string> words);
  Option& between(std::int64_t least, std::int64_t most);
  // `complaint` says what is wrong with a value; empty: nothing.
  Option& check(std::string (*complaint)(const std::string&));
  // A list takes one value each time it is given, so that no word after it is swallowed.
  Option& one_value_each_time();
  Option& excludes(const Option& other);
  bool given() const;

 private:
  CLI::Option* option_;
};

// A command or subcommand; a handle, cheap to copy.
class Command {
 public:
  Command(CLI::App* app, Run* run) : app_(app), run_(run) {}

  Command add_command(const char* name, const char* what);
  // Named alone it is a usage error.
  void needs_subcommand();

  // `names` as "-c,--config"; without dashes, an argument by position. `into` lives as long as the
  // process, and has the default.
  Option add(const char* names, std::string& into, const char* what);
  Option add(const char* names, std::vector<std::string>& into, const char* what);
  Option add(const char* names, std::uint64_t& into, const char* what);
  Option add(const char* names, int& into, const char* what);
  Option add_flag(const char* names, bool& into, const char* what);
  // A usage error unless one of `options` is given; `what` names them.
  void needs_one_of(std::vector<Option> options, const char* what);

  // Below the options in --help.
  void footer(const char* text);

  void runs(Run run);

  // The command and all below it, as it is now.
  CommandNode tree() const;

 private:
  CLI::App* app_;
  Run* run_;
};

// The whole command line.
class CommandLine {
 public:
  CommandLine(const char* what, const char* version);
  ~CommandLine();

  Command root();
  // Parses, then runs the command named, and gives its exit code. Usage errors go to stderr.
  int run(int argc, const char* const* argv);

 private:
  std::unique_ptr<CLI::App> app_;
  Run run_;
};

}  // namespace waybill::app
