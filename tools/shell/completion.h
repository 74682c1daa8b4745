// Scripts by which shells complete a command line, of the tree of its commands: what is added there
// is proposed by itself. Pure functions.
#pragma once

#include <string>

#include "app/command/tree.h"

namespace waybill::tools {

// To be sourced, or put where bash-completion looks; neither needs the other. bash 4 or later.
std::string bash_completion(const app::CommandNode& program);
// To be sourced, or put as "_waybill" into a directory of $fpath.
std::string zsh_completion(const app::CommandNode& program);
// fish 3 or later.
std::string fish_completion(const app::CommandNode& program);

}  // namespace waybill::tools
