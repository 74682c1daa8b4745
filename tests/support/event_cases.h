// Events of all sorts: the examples of schemas/examples, and cases that these cannot show.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "schemas/event.h"

namespace waybill::support {

inline schemas::Event example_event(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(WAYBILL_SOURCE_DIR "/schemas/examples/" + name + ".json").rdbuf();
  const auto event = schemas::event_from_json(text.str());
  EXPECT_TRUE(event) << name << ": " << event.error().why;
  return event ? *event : schemas::Event();
}

// By name, in the order of names: "bounced", "bounced class complaint".
inline std::map<std::string, schemas::Event> event_cases() {
  namespace pb = schemas::pb;
  std::map<std::string, schemas::Event> out;
  const std::filesystem::path examples(WAYBILL_SOURCE_DIR "/schemas/examples");
  for (const auto& file : std::filesystem::directory_iterator(examples)) {
    out[file.path().stem()] = example_event(file.path().stem());
  }
  for (int number = 0; number < pb::BounceClass_ARRAYSIZE; ++number) {
    schemas::Event event = out.at("bounced");
    event.mutable_bounced()->set_class_(static_cast<pb::BounceClass>(number));
    out["bounced class " + std::to_string(number)] = event;
  }
  for (const char* action : {"created", "changed", "removed", "verification-failed", "rotated"}) {
    schemas::Event event = out.at("control");
    event.mutable_control()->set_action(action);
    out[std::string("control ") + action] = event;
  }
  out["control token"] = out.at("control");
  out["control token"].mutable_control()->set_subject("token");
  out["access refused"] = out.at("access");
  out["access refused"].mutable_access()->set_status(403);
  out["access local"] = out.at("access");
  out["access local"].clear_client_ip();
  out["access old"] = out.at("access local");
  out["access old"].mutable_access()->clear_route();
  out["access old"].mutable_access()->clear_method();
  out["rejected by relay"] = out.at("rejected");
  out["rejected by relay"].mutable_rejected()->set_by(pb::VERDICT_BY_RELAY);
  out["forwarded ipv6"] = out.at("forwarded");
  out["forwarded ipv6"].mutable_forwarded()->mutable_next_hop()->set_ip("2001:db8::10");
  return out;
}

}  // namespace waybill::support
