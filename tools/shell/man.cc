#include "tools/shell/man.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <string_view>

#include "app/command/command_line.h"

namespace waybill::tools {
namespace {

using app::CommandNode;
using app::OptionNode;

// Of app/command/command_line.h.
constexpr std::array<std::pair<int, const char*>, 4> kExitCodes = {
    {{app::kExitOk, "All is well."},
     {app::kExitNo, "The answer is no: a check failed, a digest differs."},
     {app::kExitUsage, "The command line, the configuration or the question is wrong."},
     {app::kExitEnvironment, "The environment failed: a file, a server, the network."}}};

// So that roff reads it as text: no request at the beginning, no escape, hyphens that can be
// searched for.
std::string roff(std::string_view text) {
  std::string out;
  for (const char octet : text) {
    const bool at_begin = out.empty() || out.back() == '\n';
    if (at_begin && (octet == '.' || octet == '\'')) out += "\\&";
    switch (octet) {
      case '\\': out += "\\e"; break;
      case '-': out += "\\-"; break;
      case '\'': out += "\\(aq"; break;
      case '`': out += "\\(ga"; break;
      case '^': out += "\\(ha"; break;
      case '~': out += "\\(ti"; break;
      case '"': out += "\\(dq"; break;
      default: out += octet;
    }
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }
std::string slanted(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char octet) { return static_cast<char>(std::toupper(octet)); });
  return text;
}

std::string option_entry(const OptionNode& option) {
  std::string head;
  for (const std::string& name : option.names) head += (head.empty() ? "" : ", ") + bold(name);
  if (option.names.empty()) head = slanted(option.position);
  if (!option.names.empty() && !option.value.empty()) head += " " + slanted(option.value);
  if (option.repeatable) head += " ...";
  std::string out = ".TP\n" + head + "\n" + roff(option.what) + ".\n";
  if (!option.words.empty()) {
    std::string words;
    for (const std::string& word : option.words) words += (words.empty() ? "" : ", ") + bold(word);
    out += "Words: " + words + ".\n";
  }
  if (!option.standard.empty()) out += "Without it: " + roff(option.standard) + ".\n";
  if (option.required) out += "It must be given.\n";
  return out;
}

std::string synopsis(const CommandNode& command, const std::string& path) {
  std::string out = bold(path);
  const bool has_options = std::any_of(command.options.begin(), command.options.end(),
                                       [](const OptionNode& one) { return !one.names.empty(); });
  if (has_options) out += " [" + slanted("options") + "]";
  if (!command.commands.empty()) out += " " + slanted("command");
  for (const OptionNode& option : command.options) {
    if (!option.names.empty()) continue;
    const std::string argument = slanted(option.position) + (option.repeatable ? " ..." : "");
    out += option.required ? " " + argument : " [" + argument + "]";
  }
  return out + "\n";
}

std::string options_of(const CommandNode& command) {
  std::string out;
  // Arguments first, as --help has them.
  for (const OptionNode& option : command.options) {
    if (option.names.empty()) out += option_entry(option);
  }
  for (const OptionNode& option : command.options) {
    if (!option.names.empty()) out += option_entry(option);
  }
  return out;
}

void add_below(const CommandNode& command, const std::string& path, std::string& out) {
  for (const CommandNode& one : command.commands) {
    const std::string below = path + " " + one.name;
    out += ".SS " + roff(below) + "\n" + roff(one.what) + ".\n.PP\n" + synopsis(one, below) +
           options_of(one);
    if (!one.footer.empty()) out += ".PP\n" + roff(one.footer) + "\n";
    add_below(one, below, out);
  }
}

std::string head_of(const std::string& page, const std::string& what, const std::string& release) {
  return ".TH " + roff(upper(page)) + " 1 \"\" \"Waybill " + roff(release) + "\" \"Waybill\"\n" +
         ".SH NAME\n" + roff(page) + " \\- " + roff(what) + "\n";
}

std::string exit_codes() {
  std::string out = ".SH EXIT STATUS\n";
  for (const auto& [code, words] : kExitCodes) {
    out += ".TP\n" + bold(std::to_string(code)) + "\n" + roff(words) + "\n";
  }
  return out;
}

ManPage page_of(const CommandNode& command, const CommandNode& program,
                const std::string& release) {
  const std::string page = program.name + "-" + command.name;
  const std::string path = program.name + " " + command.name;
  std::string out = head_of(page, command.what, release);
  out += ".SH SYNOPSIS\n" + synopsis(command, path);
  out += ".SH DESCRIPTION\n" + roff(command.what) + ".\n";
  if (!command.footer.empty()) out += ".PP\n" + roff(command.footer) + "\n";
  out += ".SH OPTIONS\n" + options_of(command);
  if (!command.commands.empty()) {
    out += ".SH COMMANDS\n";
    add_below(command, path, out);
  }
  out += exit_codes() + ".SH SEE ALSO\n.BR " + roff(program.name) + " (1)\n";
  return {page + ".1", out};
}

}  // namespace

std::vector<ManPage> man_pages(const CommandNode& program, const std::string& release) {
  std::string out = head_of(program.name, program.what, release);
  out += ".SH SYNOPSIS\n" + synopsis(program, program.name);
  out += ".SH DESCRIPTION\n" + roff(program.what) + "\n";
  out += ".SH COMMANDS\n";
  for (const CommandNode& command : program.commands) {
    out += ".TP\n.BR " + roff(program.name + "-" + command.name) + " (1)\n" + roff(command.what) +
           ".\n";
  }
  out += ".SH OPTIONS\n" + options_of(program) + exit_codes();
  std::vector<ManPage> pages = {{program.name + ".1", out}};
  for (const CommandNode& command : program.commands) {
    pages.push_back(page_of(command, program, release));
  }
  return pages;
}

}  // namespace waybill::tools
