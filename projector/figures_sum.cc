#include "projector/figures_sum.h"

namespace waybill::projector {

void Windows::add(const Windows& others) {
  opened += others.opened;
  waiting += others.waiting;
  settled += others.settled;
  bounced += others.bounced;
  delivered += others.delivered;
}

void FiguresLine::add(const FiguresLine& others) {
  total.add(others.total);
  for (const auto& [begin, counts] : others.steps) steps[begin].add(counts);
  for (const auto& [rule, count] : others.rules) rules[rule] += count;
  windows.add(others.windows);
}

void FiguresSum::add(const FiguresSum& others) {
  for (const auto& [name, line] : others.lines) lines[name].add(line);
  rest.add(others.rest);
}

}  // namespace waybill::projector
