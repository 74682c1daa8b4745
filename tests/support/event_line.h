// event_line(): an event of the relay as one line that a mail engineer reads:
//
//   accepted  shop@alias.test by route shop@alias.test for bob@hop.test
//   rejected  nobody@alias.test at RCPT by policy unknown-alias: 550 5.1.1
//   bounced   shop@alias.test hard 5.1.1, handed_on to ann@origin.test
#pragma once

#include <string>

#include "schemas/event.h"

namespace waybill::tests {

std::string event_line(const schemas::Event& event);

}  // namespace waybill::tests
