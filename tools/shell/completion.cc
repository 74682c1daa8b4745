#include "tools/shell/completion.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

namespace waybill::tools {
namespace {

using app::CommandNode;
using app::OptionNode;

// What a value is completed by.
enum class Values { none, words, files, directories };

Values values_of(const OptionNode& option) {
  if (!option.words.empty()) return Values::words;
  if (option.value == "FILE") return Values::files;
  return option.value == "DIR" ? Values::directories : Values::none;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// In single quotes, as all three shells read them. fish takes a backslash there for an escape.
std::string in_quotes(std::string_view text, bool fish = false) {
  std::string out = "'";
  for (const char octet : text) {
    if (octet == '\'') {
      out += fish ? "\\'" : "'\\''";
    } else if (fish && octet == '\\') {
      out += "\\\\";
    } else {
      out += octet;
    }
  }
  return out + "'";
}

// The command at the end of `path`, "waybill token create", and all below it.
using Visit = std::function<void(const CommandNode& command, const std::string& path)>;

void visit(const CommandNode& command, const std::string& path, const Visit& each) {
  each(command, path);
  for (const CommandNode& one : command.commands) visit(one, path + ' ' + one.name, each);
}

// Patterns of `case`: all paths below the program.
std::string all_paths(const CommandNode& program, const std::string& joint) {
  std::string out;
  visit(program, program.name, [&](const CommandNode&, const std::string& path) {
    if (path != program.name) out += (out.empty() ? "" : joint) + in_quotes(path);
  });
  return out;
}

// Patterns of `case` for the options of the whole tree that take such values.
std::string options_with(const CommandNode& program, Values values) {
  std::string out;
  visit(program, program.name, [&](const CommandNode& command, const std::string& path) {
    for (const OptionNode& option : command.options) {
      if (option.value.empty() || values_of(option) != values) continue;
      for (const std::string& name : option.names) {
        out += (out.empty() ? "" : " | ") + in_quotes(path + ' ' + name);
      }
    }
  });
  return out;
}

std::string names_of(const OptionNode& option, const std::string& path) {
  std::string out;
  for (const std::string& name : option.names) {
    out += (out.empty() ? "" : " | ") + in_quotes(path + ' ' + name);
  }
  return out;
}

const OptionNode* argument_of(const CommandNode& command) {
  const auto found = std::find_if(command.options.begin(), command.options.end(),
                                  [](const OptionNode& one) { return one.names.empty(); });
  return found == command.options.end() ? nullptr : &*found;
}

std::string bash_words(const std::string& words) {
  return "mapfile -t COMPREPLY < <(compgen -W " + in_quotes(words) + " -- \"$cur\")";
}

std::string bash_files(Values values) {
  const std::string kind = values == Values::directories ? "-d" : "-f";
  return "compopt -o filenames 2> /dev/null || true\n      mapfile -t COMPREPLY < <(compgen " +
         kind + " -- \"$cur\")";
}

// Of each option whose value is one of some words.
std::string word_cases(const CommandNode& program,
                       const std::function<std::string(const OptionNode&)>& body) {
  std::string out;
  visit(program, program.name, [&](const CommandNode& command, const std::string& path) {
    for (const OptionNode& option : command.options) {
      if (option.names.empty() || values_of(option) != Values::words) continue;
      out += "    " + names_of(option, path) + ")\n      " + body(option) + "\n      return ;;\n";
    }
  });
  return out;
}

std::string file_cases(const CommandNode& program, const std::function<std::string(Values)>& body) {
  std::string out;
  for (const Values values : {Values::files, Values::directories, Values::none}) {
    const std::string patterns = options_with(program, values);
    if (patterns.empty()) continue;
    out += "    " + patterns + ")\n";
    if (values != Values::none) out += "      " + body(values) + "\n";
    out += "      return ;;\n";
  }
  return out;
}

std::string bash_of_command(const CommandNode& command, const std::string& path) {
  std::vector<std::string> words;
  for (const CommandNode& one : command.commands) words.push_back(one.name);
  for (const OptionNode& option : command.options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
  }
  std::string out = "    " + in_quotes(path) + ")\n      ";
  const OptionNode* const argument = argument_of(command);
  if (argument != nullptr && values_of(*argument) != Values::none) {
    out += "[[ $cur == -* ]] || {\n      ";
    out += values_of(*argument) == Values::words ? bash_words(joined(argument->words))
                                                 : bash_files(values_of(*argument));
    out += "\n      return\n      }\n      ";
  }
  return out + bash_words(joined(words)) + " ;;\n";
}

// The name and what it is, as _describe of zsh reads it.
std::string zsh_described(const std::string& name, const std::string& what) {
  std::string escaped;
  for (const char octet : name) {
    if (octet == ':' || octet == '\\') escaped += '\\';
    escaped += octet;
  }
  return in_quotes(escaped + ":" + what);
}

std::string zsh_of_command(const CommandNode& command, const std::string& path) {
  std::string out = "    (" + in_quotes(path) + ")\n";
  const auto list = [&](const char* name, const std::string& members) {
    if (!members.empty()) out += std::string("      ") + name + "=(" + members + ")\n";
  };
  std::string commands;
  for (const CommandNode& one : command.commands) {
    commands += "\n        " + zsh_described(one.name, one.what);
  }
  std::string options;
  for (const OptionNode& option : command.options) {
    for (const std::string& name : option.names) {
      options += "\n        " + zsh_described(name, option.what);
    }
  }
  list("commands", commands);
  list("options", options);
  const OptionNode* const argument = argument_of(command);
  if (argument != nullptr) {
    const Values values = values_of(*argument);
    if (values == Values::words) out += "      compadd -- " + joined(argument->words) + "\n";
    if (values == Values::files) out += "      [[ $PREFIX == -* ]] || _files\n";
    if (values == Values::directories) out += "      [[ $PREFIX == -* ]] || _files -/\n";
  }
  return out + "      ;;\n";
}

std::string fish_option(const OptionNode& option, const std::string& path) {
  std::string out = "complete -c waybill -n " + in_quotes("__waybill_at " + in_quotes(path), true);
  for (const std::string& name : option.names) {
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  switch (values_of(option)) {
    case Values::words: out += " -x -a " + in_quotes(joined(option.words), true); break;
    case Values::files: out += " -r -F"; break;
    case Values::directories: out += " -x -a '(__fish_complete_directories)'"; break;
    case Values::none: out += option.value.empty() ? "" : " -x"; break;
  }
  return out + " -d " + in_quotes(option.what, true) + "\n";
}

std::string fish_of_command(const CommandNode& command, const std::string& path) {
  const std::string at =
      "complete -c waybill -n " + in_quotes("__waybill_at " + in_quotes(path), true);
  std::string out;
  for (const CommandNode& one : command.commands) {
    out += at + " -a " + one.name + " -d " + in_quotes(one.what, true) + "\n";
  }
  for (const OptionNode& option : command.options) {
    if (!option.names.empty()) {
      out += fish_option(option, path);
    } else if (values_of(option) == Values::words) {
      out += at + " -a " + in_quotes(joined(option.words), true) + "\n";
    } else if (values_of(option) != Values::none) {
      out += at + " -F\n";
    }
  }
  return out;
}

}  // namespace

std::string bash_completion(const CommandNode& program) {
  std::string out = R"(# bash completion of waybill; `waybill completion bash` writes it.
_waybill() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} path=waybill i
  # bash takes "--match=exact" apart at its "=".
  if [[ $cur == "=" ]]; then
    cur=""
  elif [[ $prev == "=" ]] && ((COMP_CWORD > 1)); then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path ${COMP_WORDS[i]}" in
      )";
  out += all_paths(program, " | ") + ") path+=\" ${COMP_WORDS[i]}\" ;;\n    esac\n  done\n";
  out += "  case \"$path $prev\" in\n";
  out += word_cases(program,
                    [](const OptionNode& option) { return bash_words(joined(option.words)); });
  out += file_cases(program, bash_files);
  out += "  esac\n  case \"$path\" in\n";
  visit(program, program.name, [&](const CommandNode& command, const std::string& path) {
    out += bash_of_command(command, path);
  });
  return out + "  esac\n}\ncomplete -F _waybill waybill\n";
}

std::string zsh_completion(const CommandNode& program) {
  std::string out = R"(#compdef waybill
# zsh completion of waybill; `waybill completion zsh` writes it.
_waybill() {
  local path_of=waybill i
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    case "$path_of ${words[i]}" in
      ()";
  out += all_paths(program, " | ") + ") path_of+=\" ${words[i]}\" ;;\n    esac\n  done\n";
  out += "  case \"$path_of ${words[CURRENT - 1]}\" in\n";
  out += word_cases(program,
                    [](const OptionNode& option) { return "compadd -- " + joined(option.words); });
  out += file_cases(program, [](Values values) {
    return std::string(values == Values::files ? "_files" : "_files -/");
  });
  out += "  esac\n  case \"$path_of\" in\n";
  visit(program, program.name, [&](const CommandNode& command, const std::string& path) {
    out += zsh_of_command(command, path);
  });
  return out + R"(  esac
  (($#commands)) && _describe -t commands command commands
  [[ $PREFIX == -* ]] && _describe -o option options
}
if [[ "${funcstack[1]}" == _waybill ]]; then
  _waybill "$@"
else
  compdef _waybill waybill
fi
)";
}

std::string fish_completion(const CommandNode& program) {
  std::string out = R"(# fish completion of waybill; `waybill completion fish` writes it.
function __waybill_at
    set -l path waybill
    for word in (commandline -opc)[2..-1]
        switch "$path $word"
            case )";
  out += all_paths(program, " ") + R"(
                set path "$path $word"
        end
    end
    test "$path" = "$argv[1]"
end
complete -c waybill -f
)";
  visit(program, program.name, [&](const CommandNode& command, const std::string& path) {
    out += fish_of_command(command, path);
  });
  return out;
}

}  // namespace waybill::tools
