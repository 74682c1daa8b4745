// SameKeys: finds keys that are written differently and mean the same.
#pragma once

#include <toml++/toml.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"

namespace waybill::app {

class SameKeys {
 public:
  // The list outlives this.
  explicit SameKeys(std::vector<Complaint>& complaints) : complaints_(complaints) {}

  // `meant` is what the key comes to, `name` its whole name. False if that was meant before.
  bool add(const std::string& meant, const toml::key& key, std::string name);

  // One complaint at each place that shares its meaning with another: "name: the same alias as
  // \"buzz\" in line 3", with `reason` after it.
  void complain(std::string_view what, std::string_view reason);

 private:
  struct Spelling {
    toml::source_position at;
    std::string key;
    std::string name;
  };

  std::vector<Complaint>& complaints_;
  std::map<std::string, std::vector<Spelling>> spellings_;
};

}  // namespace waybill::app
