#include "app/command/look.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace waybill::app {

namespace {

// A narrower terminal would show times and nothing else: there lines wrap.
constexpr unsigned kLeastColumns = 60;

}  // namespace

Look look_of_stdout() {
  Look look;
  if (::isatty(STDOUT_FILENO) != 1) return look;
  const char* const no_color = std::getenv("NO_COLOR");
  look.colour = no_color == nullptr || *no_color == '\0';
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= kLeastColumns) {
    look.width = size.ws_col;
  }
  return look;
}

}  // namespace waybill::app
