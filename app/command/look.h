// Look: how text for people is to be laid out where it goes.
#pragma once

#include <cstddef>

namespace waybill::app {

struct Look {
  bool colour = false;
  std::size_t width = 0;  // columns at most; 0: never cut
};

// Colour and width of a terminal; neither for a file or a pipe, and no colour against NO_COLOR
// (https://no-color.org).
Look look_of_stdout();

}  // namespace waybill::app
