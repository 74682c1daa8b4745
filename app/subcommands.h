// The subcommands that are Waybill's roles and the care of its state; tools/commands.h has those
// that only look or try.
#pragma once

#include "app/command/command_line.h"

namespace waybill::app {

void add_serve(Command root);
void add_relay(Command root);
void add_projector(Command root);
void add_topics(Command root);
void add_views(Command root);
void add_backup(Command root);
void add_restore(Command root);
void add_keys(Command root);
// Below `keys`.
void add_dkim_keys(Command keys);
void add_check(Command root);

}  // namespace waybill::app
