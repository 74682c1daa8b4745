#include "http/router.h"

#include "runtime/check.h"

namespace waybill::http {
namespace {

bool is_name(const std::string& segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

std::vector<std::string> split_path(std::string_view path) {
  runtime::check(path.starts_with('/'), "a route's template begins with a slash");
  std::vector<std::string> segments;
  for (path.remove_prefix(1);;) {
    const auto slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

void Router::add(std::string path, Needs needs, Handler handler, std::string methods) {
  auto segments = split_path(path);
  routes_.push_back(
      {std::move(path), std::move(handler), needs, std::move(methods), std::move(segments)});
}

std::optional<Router::Match> Router::find(const std::vector<std::string>& segments) const {
  for (const auto& route : routes_) {
    if (route.segments.size() != segments.size()) continue;
    Match match{&route, {}};
    bool same = true;
    for (std::size_t i = 0; same && i < segments.size(); ++i) {
      if (is_name(route.segments[i])) {
        same = !segments[i].empty();
        match.captured.push_back(segments[i]);
      } else {
        same = route.segments[i] == segments[i];
      }
    }
    if (same) return match;
  }
  return std::nullopt;
}

}  // namespace waybill::http
