#include "schemas/strict_json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <set>
#include <vector>

namespace waybill::schemas {
namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;
using runtime::Errc;

// The events of a JSON text, in the shape that Boost.JSON's parser asks of its handler.
class Handler {
 public:
  // The caller holds the whole text already: no part of it can outgrow it.
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  Handler() { stack_.reset(); }

  json::value release() { return stack_.release(); }
  const std::string& repeated_name() const { return repeated_name_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    names_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t size, error_code&) {
    names_.pop_back();
    stack_.push_object(size);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t size, error_code&) {
    stack_.push_array(size);
    return true;
  }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    name_.append(part.data(), part.size());
    return true;
  }
  bool on_key(string_view part, std::size_t, error_code& error) {
    name_.append(part.data(), part.size());
    if (!names_.back().insert(name_).second) {
      repeated_name_ = name_;
      error = make_error_code(Errc::invalid);
      return false;
    }
    stack_.push_key(name_);
    name_.clear();
    return true;
  }
  bool on_string_part(string_view part, std::size_t, error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(string_view part, std::size_t, error_code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(string_view part, error_code&) {
    number_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t value, string_view, error_code&) {
    number_.clear();
    stack_.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, string_view, error_code&) {
    number_.clear();
    stack_.push_uint64(value);
    return true;
  }
  // The parser's own double may be one off in its last place.
  bool on_double(double, string_view part, error_code& error) {
    number_.append(part.data(), part.size());
    double exact = 0;
    const char* end = number_.data() + number_.size();
    const auto [rest, fault] = std::from_chars(number_.data(), end, exact);
    if (fault != std::errc() || rest != end) {
      error = make_error_code(Errc::invalid);
      return false;
    }
    number_.clear();
    stack_.push_double(exact);
    return true;
  }
  bool on_bool(bool value, error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  json::value_stack stack_;
  std::vector<std::set<std::string>> names_;  // of the objects that are open
  std::string name_;
  std::string number_;
  std::string repeated_name_;
};

}  // namespace

runtime::Explained<json::value> parse_strict_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::basic_parser<Handler> parser(options);
  error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read == text.size()) return parser.handler().release();

  std::string why = "octet " + std::to_string(read) + ": ";
  const std::string& repeated = parser.handler().repeated_name();
  if (!repeated.empty()) {
    why += "\"" + repeated + "\" comes twice";
  } else {
    why += error ? error.message() : "text after the end";
  }
  return runtime::Failure{Errc::invalid, std::move(why)};
}

}  // namespace waybill::schemas
