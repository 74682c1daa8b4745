// What a command line has, as values: what --help, completion and manual pages say is one text.
#pragma once

#include <string>
#include <vector>

namespace waybill::app {

struct OptionNode {
  std::vector<std::string> names;  // "-c", "--config"; none: an argument by position
  std::string position;            // "address", of an argument
  std::string what;
  std::string value;               // "FILE"; empty: a flag takes none
  std::vector<std::string> words;  // values that are proposed, or all that there are
  std::string standard;            // what counts without it, where --help says so
  bool required = false;
  bool repeatable = false;
};

struct CommandNode {
  std::string name;  // "token"; of the whole, the program's
  std::string what;
  std::string footer;
  std::vector<OptionNode> options;
  std::vector<CommandNode> commands;
};

}  // namespace waybill::app
