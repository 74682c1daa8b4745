#include "app/config/same_keys.h"

#include <algorithm>

#include "app/config/toml_reader.h"

namespace waybill::app {

bool SameKeys::add(const std::string& meant, const toml::key& key, std::string name) {
  std::vector<Place>& places = places_[meant];
  places.push_back({key.source().begin, std::string(key.str()), std::move(name)});
  return places.size() == 1;
}

void SameKeys::complain(std::string_view what, std::string_view reason) {
  for (auto& [meant, places] : places_) {
    if (places.size() < 2) continue;
    std::sort(places.begin(), places.end(),
              [](const Place& a, const Place& b) { return a.at < b.at; });
    for (const Place& place : places) {
      const Place& other = &place == &places.front() ? places[1] : places.front();
      std::string text = place.name;
      text.append(": the same ").append(what).append(" as ").append(in_quotes(other.key));
      text.append(" in line ").append(std::to_string(other.at.line)).append(reason);
      complaints_.push_back({place.at.line, place.at.column, std::move(text)});
    }
  }
}

}  // namespace waybill::app
