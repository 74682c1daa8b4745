// waybill completion, waybill man: what the command line has, for shells and for readers.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "app/command/command_line.h"
#include "runtime/version.h"
#include "tools/commands.h"
#include "tools/shell/completion.h"
#include "tools/shell/man.h"

namespace waybill::tools {
namespace {

struct Options {
  std::string shell;
  std::string out;
};

int print_completion(const app::CommandNode& program, const std::string& shell) {
  std::string text;
  if (shell == "bash") text = bash_completion(program);
  if (shell == "zsh") text = zsh_completion(program);
  if (shell == "fish") text = fish_completion(program);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return app::kExitOk;
}

int write_pages(const app::CommandNode& program, const std::string& directory) {
  const std::vector<ManPage> pages = man_pages(program, runtime::kRelease);
  if (directory.empty()) {
    std::fwrite(pages.front().text.data(), 1, pages.front().text.size(), stdout);
    return app::kExitOk;
  }
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return app::fail(directory + ": " + error.message());
  for (const ManPage& page : pages) {
    const std::filesystem::path path = std::filesystem::path(directory) / page.name;
    std::ofstream file(path, std::ios::binary);
    file << page.text;
    file.close();
    if (!file) return app::fail(path.string() + ": it could not be written");
  }
  return app::kExitOk;
}

}  // namespace

void add_completion(app::Command root) {
  auto options = std::make_shared<Options>();
  app::Command command = root.add_command(
      "completion", "Print a script by which a shell completes commands, options and their words");
  command.add("shell", options->shell, "Whose script").one_of({"bash", "zsh", "fish"}).required();
  command.footer("`source <(waybill completion bash)` in ~/.bashrc has it at once.");
  command.runs([root, options] { return print_completion(root.tree(), options->shell); });
}

void add_man(app::Command root) {
  auto options = std::make_shared<Options>();
  app::Command command =
      root.add_command("man", "Print waybill(1), or write the manual pages of all commands");
  command.add("--out", options->out, "Write them all into this directory instead").type_name("DIR");
  command.runs([root, options] { return write_pages(root.tree(), options->out); });
}

}  // namespace waybill::tools
